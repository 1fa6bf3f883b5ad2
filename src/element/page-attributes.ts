/** What whoever made the page has said of the element, as it is now. */
import type { NamedFile } from '../source/file-list-folder.js';
import type { PresetAttributes } from './preset.js';

export interface PageAttributes extends PresetAttributes {
  readonly model: string | null;
  readonly modelFiles: readonly (File | NamedFile)[] | null;
  readonly noNetwork: boolean;
  readonly address: boolean;
  readonly hub: string | null;
  readonly firmware: string | null;
  readonly firmwareFile: File | null;
  readonly assetBase: string | null;
  readonly workerUrl: string | null;
}

/** Readers may name models elsewhere. Some frameworks write switches as `false`. */
export function permitsNetwork({ noNetwork }: Pick<PageAttributes, 'noNetwork'>): boolean {
  return !noNetwork || String(noNetwork) === 'false';
}
