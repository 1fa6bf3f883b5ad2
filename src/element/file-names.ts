/** Names of the files that a person takes away. */
import type { State } from './state.js';

/** File name of the merged image. */
export function imageName({ choice, result }: Extract<State, { step: 'result' }>): string {
  return `${fileName(choice.inspection.name)}-${result.plan.board}.bin`;
}

/** Longest name that is kept: file systems allow 255 bytes, and the ending needs some. */
const MAX_NAME = 100;

/** A folder's name as a file name on any system. */
export function fileName(folder: string): string {
  const name = folder
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '');
  return Array.from(name).slice(0, MAX_NAME).join('') || 'model';
}
