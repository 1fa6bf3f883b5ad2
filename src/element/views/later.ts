/** What comes after the first view: loaded when a model was chosen. */

export { assetUrls } from '../asset-urls.js';
export { announcement } from '../announcements.js';
export { DownloadsController } from '../downloads-controller.js';
export { laterView } from '../later-view.js';
export { downloadBar } from './converting.js';
export { laterStyles } from '../styles/later-styles.js';
