/** What the benchmark of other processors bundles for Node: how its packages are made. */
export { convert } from '../../src/pipeline/convert.js';
export { nodeFolder } from '../../src/source/node-folder.js';
