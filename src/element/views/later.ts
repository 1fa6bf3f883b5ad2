/** The views behind the first one: loaded when a model was chosen. */
import { result } from '../styles/result.js';
import { steps } from '../styles/steps.js';

export { fitView } from './fit.js';
export { convertingView } from './converting.js';
export { resultView } from './result.js';

/** Styles of these views. */
export const laterStyles = [steps, result];
