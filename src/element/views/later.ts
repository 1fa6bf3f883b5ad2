/** The views behind the first one: loaded when a model was chosen. */
import { board } from '../styles/board.js';
import { compare } from '../styles/compare.js';
import { steps } from '../styles/steps.js';

export { assetUrls } from '../asset-urls.js';
export { announcement } from '../announcements.js';
export { fitView } from './fit.js';
export { convertingView } from './converting.js';
export { compareView } from './compare.js';
export { takeView } from './take.js';

/** Styles of these views. */
export const laterStyles = [steps, compare, board];

/** Copies a text. @returns whether it could: in frames and insecure pages there may be no clipboard */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
