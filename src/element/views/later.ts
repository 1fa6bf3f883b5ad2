/** The views behind the first one: loaded when a model was chosen. */
import { board } from '../styles/board.js';
import { compare } from '../styles/compare.js';
import { steps } from '../styles/steps.js';
import type { FirstStrings } from '../strings/strings.js';

export { fitView } from './fit.js';
export { convertingView } from './converting.js';
export { compareView } from './compare.js';
export { takeView } from './take.js';

/** Styles of these views. */
export const laterStyles = [steps, compare, board];

/** Puts text on the clipboard. @returns how that went, to be said */
export async function copy(text: string, { announce }: FirstStrings): Promise<string> {
  try {
    await navigator.clipboard.writeText(text);
    return announce.copied;
  } catch {
    // In frames and insecure pages there is no clipboard; the text stands there to be selected.
    return announce.notCopied;
  }
}
