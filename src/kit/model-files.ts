/** The files of a model that a kit carries: what the converter reads, and what says whose model it is. */
import type { ModelInput } from '../input/model-input.js';
import { UsageError } from '../shared/errors.js';
import type { GivenFile } from './kit.js';

/**
 * Most bytes of a model in a kit. A model for the largest flash, 32 MB, has 128 MB in F32; and a script of its files is one
 * string, of which browsers take half a gigabyte.
 */
export const MAX_KIT_MODEL_BYTES = 192 * 1024 * 1024;

/**
 * Reads them.
 * @returns in the order of their names, which are plain
 * @throws FormatError when there are no weights; UsageError when there is too much; TransportError
 */
export async function readModelFiles(input: ModelInput, signal?: AbortSignal): Promise<GivenFile[]> {
  const files: GivenFile[] = [];
  let total = 0;
  for (const source of await input.files(signal)) {
    total += source.size;
    if (total > MAX_KIT_MODEL_BYTES) {
      throw new UsageError(
        `The files of ${input.name} have more than ${MAX_KIT_MODEL_BYTES >> 20} MiB together. Take a smaller model for a kit.`,
      );
    }
    files.push({ path: source.name, bytes: await source.read(0, source.size, signal) });
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}
