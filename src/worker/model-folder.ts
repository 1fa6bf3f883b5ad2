/** Opens the model folder that a source names. */
import type { ModelFolder } from '../source/byte-source.js';
import { fileListFolder } from '../source/file-list-folder.js';
import { httpFolder } from '../source/http-folder.js';
import { hubFolder } from '../source/hub-folder.js';
import type { ModelSource } from './jobs.js';

/** @throws TransportError or UsageError when there is no such folder */
export async function openModelFolder(source: ModelSource, signal?: AbortSignal): Promise<ModelFolder> {
  switch (source.kind) {
    case 'files':
      return fileListFolder(source.files);
    case 'url':
      return httpFolder(source.url, {}, source.files);
    case 'hub':
      return hubFolder(source.repo, { revision: source.revision }, signal);
  }
}
