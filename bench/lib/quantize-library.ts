/** What the quantization benchmark bundles for Node: the ladder and access to folders. */
export { RUNGS, measureLadder } from './quantize-ladder.js';
export { nodeFolder } from '../../src/source/node-folder.js';
