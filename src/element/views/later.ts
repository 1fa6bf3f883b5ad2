/** What comes after the first view: loaded when a model was chosen. */
import { board } from '../styles/board.js';
import { compare } from '../styles/compare.js';
import { later } from '../styles/later.js';
import { steps } from '../styles/steps.js';

export { assetUrls } from '../asset-urls.js';
export { announcement } from '../announcements.js';
export { DownloadsController } from '../downloads-controller.js';
export { laterView } from '../later-view.js';
export { downloadBar } from './converting.js';

/** Styles of these views. */
export const laterStyles = [later, steps, compare, board];
