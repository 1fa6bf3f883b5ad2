/** The files of a model that a kit carries: what the converter reads, and what says whose model it is. */
import { readShardedIndex, INDEX_NAME } from '../checkpoint/sharded-index.js';
import { FormatError, UsageError } from '../shared/errors.js';
import type { ModelFolder } from '../source/byte-source.js';
import type { GivenFile } from './kit.js';

/** Small files beside the weights; absent ones are left out. */
const BESIDE = [
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
  'chat_template.json',
  'README.md',
  'LICENSE',
];

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
export async function readModelFiles(folder: ModelFolder, signal?: AbortSignal): Promise<GivenFile[]> {
  const files: GivenFile[] = [];
  let total = 0;
  const take = async (name: string): Promise<boolean> => {
    const source = await folder.open(name, signal);
    if (source === null) return false;
    total += source.size;
    if (total > MAX_KIT_MODEL_BYTES) {
      throw new UsageError(
        `The files of ${folder.name} have more than ${MAX_KIT_MODEL_BYTES >> 20} MiB together. Take a smaller model for a kit.`,
      );
    }
    files.push({ path: name, bytes: await source.read(0, source.size, signal) });
    return true;
  };
  for (const name of BESIDE) await take(name);
  const weights = await weightNames(folder, signal);
  for (const name of weights) {
    if (!(await take(name))) {
      throw new FormatError('The file is missing.', {
        file: name,
        remedy: 'Get the whole folder, or save the model again.',
      });
    }
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function weightNames(folder: ModelFolder, signal: AbortSignal | undefined): Promise<string[]> {
  const single = 'model.safetensors';
  if ((await folder.open(single, signal)) !== null) return [single];
  const index = await readShardedIndex(folder, signal);
  if (index !== null) return [INDEX_NAME, ...index.shards];
  const others = folder.names?.filter((name) => !name.includes('/') && name.endsWith('.safetensors')) ?? [];
  return others.length > 0 ? others : [single];
}
