/** What the quantization benchmark bundles for Node: the ladder and access to folders. */
export { RUNGS, measureLadder, rungOf } from './quantize-ladder.js';
export { startTuner } from '../../src/cli/tuner-threads.js';
export { nodeFolder } from '../../src/source/node-folder.js';
