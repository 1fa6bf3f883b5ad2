/** What the conversion benchmark bundles for its Node processes: the pipeline and its file access. */
export { convert } from '../../src/pipeline/convert.js';
export { nodeFolder } from '../../src/source/node-folder.js';
export { FileSink } from '../../src/cli/file-sink.js';
