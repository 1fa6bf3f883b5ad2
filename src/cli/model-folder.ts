/** The model folder that a command names: a folder, a file that is a model by itself, or a zip archive of one. */
import { nodeFolder, type NodeFolder } from '../source/node-folder.js';
import { nodeZipFolder } from './zip-file.js';

/**
 * Opens it; close it when the work is done.
 * @throws as `nodeFolder` and `nodeZipFolder`
 */
export function openModelFolder(path: string, signal?: AbortSignal): Promise<NodeFolder> {
  return /\.zip$/i.test(path) ? nodeZipFolder(path, signal) : nodeFolder(path);
}
