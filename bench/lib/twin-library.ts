/** What the generation benchmark bundles for Node: making packages, reading their directory, and the twin. */
export { convert } from '../../src/pipeline/convert.js';
export { Twin } from '../../src/device/twin.js';
export { nodeFolder } from '../../src/source/node-folder.js';
export { MemorySource } from '../../src/source/memory-folder.js';
export { cachedHeadBytes } from '../../src/plan/memory.js';
export { readPackage, tensorBytes } from '../../src/package/reader.js';
export { measureTwin } from './twin-loop.js';
