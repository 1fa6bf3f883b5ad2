/** The files of a model that a kit carries: what the converter reads, and what says whose model it is. */
import type { ModelFile } from '../input/model-input.js';
import { FormatError, UsageError } from '../shared/errors.js';
import { fileName } from '../shared/file-name.js';
import type { ByteSource, ModelFolder } from '../source/byte-source.js';
import type { GivenFile } from './kit.js';

/**
 * Most bytes of a model in a kit. A model for the largest flash, 32 MB, has 128 MB in F32; and a script of its files is one
 * string, of which browsers take half a gigabyte.
 */
export const MAX_KIT_MODEL_BYTES = 192 * 1024 * 1024;

/**
 * Reads them.
 * @param named what the model's input says of `folder`
 * @returns in the order of their names, which are plain
 * @throws FormatError when one that the model needs is missing; UsageError when there is too much; TransportError
 */
export async function readModelFiles(
  folder: ModelFolder,
  named: readonly ModelFile[],
  signal?: AbortSignal,
): Promise<GivenFile[]> {
  const files: GivenFile[] = [];
  let total = 0;
  for (const source of await openAll(folder, named, signal)) {
    total += source.size;
    if (total > MAX_KIT_MODEL_BYTES) {
      throw new UsageError(
        `The files of ${folder.name} have more than ${MAX_KIT_MODEL_BYTES >> 20} MiB together. Take a smaller model for a kit.`,
      );
    }
    files.push({ path: source.name, bytes: await source.read(0, source.size, signal) });
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Those that are there. All are opened before any is read: a missing one is found out before the work. */
async function openAll(
  folder: ModelFolder,
  named: readonly ModelFile[],
  signal: AbortSignal | undefined,
): Promise<ByteSource[]> {
  const sources: ByteSource[] = [];
  for (const { name, needed } of named) {
    if (fileName(name) !== name) {
      throw new FormatError('A kit takes only plain file names.', {
        file: name,
        remedy: 'Save the model again with names of letters, digits, dots and dashes.',
      });
    }
    const source = await folder.open(name, signal);
    if (source !== null) sources.push(source);
    else if (needed) {
      throw new FormatError('The file is missing.', {
        file: name,
        remedy: 'Get the whole folder, or save the model again.',
      });
    }
  }
  return sources;
}
