/** The report room's door. */
export { reportHtml, type HtmlOptions } from './report-html.js';
export { reportDetails, reportText, type TextOptions } from './report-text.js';
