/** Names of the files that a person takes away. */
import { fileName } from '../shared/file-name.js';
import type { State } from './state.js';

export { fileName };

/** File name of the merged image. */
export function imageName({ choice, result }: Extract<State, { step: 'result' }>): string {
  return `${fileName(choice.inspection.name)}-${result.plan.board}.bin`;
}
