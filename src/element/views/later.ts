/** The views behind the first one: loaded when a model was chosen. */
export { fitView } from './fit.js';
export { convertingView } from './converting.js';
export { resultView } from './result.js';
