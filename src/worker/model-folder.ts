/** Opens the model folder that a source names. */
import type { OnProgress } from '../shared/progress.js';
import type { ModelFolder } from '../source/byte-source.js';
import { fileListFolder } from '../source/file-list-folder.js';
import { folderInside } from '../source/inner-folder.js';
import type { ModelSource } from './jobs.js';

/**
 * @param onProgress told of downloads as long as the folder is read
 * @throws TransportError or UsageError when there is no such folder
 */
export async function openModelFolder(
  source: ModelSource,
  signal?: AbortSignal,
  onProgress?: OnProgress,
): Promise<ModelFolder> {
  switch (source.kind) {
    case 'files': {
      const folder = await chosenFolder(source.files, signal);
      return source.inside === undefined ? folder : folderInside(folder, source.inside);
    }
    case 'url': {
      const { httpFolder } = await import('../source/remote-folders.js');
      return httpFolder(source.url, { onProgress }, source.files);
    }
    case 'hub': {
      const { hubFolder } = await import('../source/remote-folders.js');
      const { repo, revision, endpoint } = source;
      return hubFolder(repo, { revision, endpoint, onProgress }, signal);
    }
  }
}

/** A folder of files, or the one in an archive that was chosen alone. */
async function chosenFolder(
  files: Extract<ModelSource, { kind: 'files' }>['files'],
  signal?: AbortSignal,
): Promise<ModelFolder> {
  const [first, another] = files;
  if (first === undefined || another !== undefined || !/\.zip$/i.test(first.path))
    return fileListFolder(files);
  const { blobZipFolder } = await import('../source/zip-blob.js');
  return blobZipFolder(first.file, first.path.replace(/^.*\//, ''), signal);
}
