/** The index that says which shard of a checkpoint holds which tensor (`model.safetensors.index.json` and PyTorch's). */
import { FormatError } from '../shared/errors.js';
import type { ModelFolder } from '../source/byte-source.js';
import { isInsideName } from '../source/checks.js';
import { readJsonObject } from '../source/read-json.js';
import { isJsonObject } from '../source/strict-json.js';
import { MAX_TENSORS } from './limits.js';

/** Name of the index next to its shards. */
export const INDEX_NAME = 'model.safetensors.index.json';

/** The same beside shards that torch.save wrote. */
export const PYTORCH_INDEX_NAME = 'pytorch_model.bin.index.json';

/** Limit for the index: as many entries as a header may have, at the same length each. */
const MAX_INDEX_BYTES = 25_000_000;

/** Most shards. The largest published models have some 200; each costs a request and an open file. */
const MAX_SHARDS = 1024;

/** A checked index. */
export interface ShardedIndex {
  readonly file: string;
  /** Shard by tensor name. */
  readonly shardOf: ReadonlyMap<string, string>;
  /** The shards, sorted by name. */
  readonly shards: readonly string[];
}

/**
 * Reads the index, `null` when there is none.
 * @throws FormatError when it is malformed or names files outside of the folder; TransportError
 */
export async function readShardedIndex(
  folder: ModelFolder,
  signal?: AbortSignal,
  file: typeof INDEX_NAME | typeof PYTORCH_INDEX_NAME = INDEX_NAME,
): Promise<ShardedIndex | null> {
  const ending = file === INDEX_NAME ? '.safetensors' : '.bin';
  const root = await readJsonObject(folder, file, MAX_INDEX_BYTES, signal, {
    numbers: 'python',
  });
  if (root === null) return null;
  const remedy = 'Download the index again, or save the model again.';
  const map = root.get('weight_map');
  if (!isJsonObject(map)) {
    throw new FormatError('The map from tensors to files is missing.', {
      file,
      field: 'weight_map',
      remedy,
    });
  }
  if (map.size === 0 || map.size > MAX_TENSORS) {
    throw new FormatError(`It lists ${map.size} tensors.`, { file, field: 'weight_map', remedy });
  }
  const shardOf = new Map<string, string>();
  const shards = new Set<string>();
  for (const [tensor, shard] of map) {
    // A plain file name: an index must not be able to make us read or fetch anything else.
    if (typeof shard !== 'string' || !isInsideName(shard) || shard.includes('/') || !shard.endsWith(ending)) {
      throw new FormatError(
        `The file of the tensor is ${typeof shard === 'string' ? JSON.stringify(shard.slice(0, 200)) : 'not a text'}; only plain names of ${ending} files are read.`,
        { file, field: tensor.slice(0, 200), remedy },
      );
    }
    shardOf.set(tensor, shard);
    shards.add(shard);
  }
  if (shards.size > MAX_SHARDS) {
    throw new FormatError(`It lists ${shards.size} files; at most ${MAX_SHARDS} are read.`, {
      file,
      field: 'weight_map',
      remedy: 'Save the model again in fewer files.',
    });
  }
  return { file, shardOf, shards: [...shards].sort() };
}
