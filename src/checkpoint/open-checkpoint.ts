/** Finds the weights in a model folder and opens them as one checked tensor directory. */
import { FormatError, UnsupportedError } from '../shared/errors.js';
import type { ByteSource, ModelFolder } from '../source/byte-source.js';
import type { Checkpoint } from './checkpoint.js';
import { readSafetensorsHeader } from './safetensors.js';
import type { SafetensorsHeader } from './safetensors.js';
import { SafetensorsCheckpoint } from './safetensors-checkpoint.js';
import { plainCheckpoint } from './plain-checkpoint.js';
import { INDEX_NAME, readShardedIndex } from './sharded-index.js';
import type { ShardedIndex } from './sharded-index.js';

/** Name of the weights when they are one file. */
export const SINGLE_NAME = 'model.safetensors';

/** The difference to a model, in a file beside it. */
export const ADAPTER_WEIGHTS = /^adapter_model\b.*\.(?:safetensors|bin)$/;

/** Weights of a folder that are pickles: a pickle is a program, and reading it means running it. */
const PICKLE_NAMES = /^(?:pytorch_model.*\.bin(?:\.index\.json)?|.*\.(?:pt|pth|ckpt|pkl))$/i;

/** Names that are tried in a folder that cannot be listed, to tell a pickle from nothing. */
const PICKLE_PROBES = ['pytorch_model.bin', 'pytorch_model.bin.index.json'];

/** Other containers, by the ending of their names. */
const OTHER_CONTAINERS: readonly (readonly [RegExp, string])[] = [
  [/\.gguf$/i, 'GGUF'],
  [/\.(?:h5|keras)$/i, 'Keras'],
  [/\.msgpack$/i, 'Flax'],
  [/\.onnx$/i, 'ONNX'],
  [/\.tflite$/i, 'TensorFlow Lite'],
  [/\.npz$/i, 'NumPy'],
];

/**
 * Opens the weights of a folder: `model.safetensors`, else the shards of the index, else the only safetensors file there is.
 * @throws FormatError when they are malformed, missing or ambiguous; UnsupportedError for pickles, GGUF and other
 *   containers; TransportError
 */
export async function openCheckpoint(folder: ModelFolder, signal?: AbortSignal): Promise<Checkpoint> {
  const single = await folder.open(SINGLE_NAME, signal);
  if (single !== null) return openSingle(single, signal);
  const index = await readShardedIndex(folder, signal);
  if (index !== null) return openShards(folder, index, signal);
  const candidates =
    folder.names?.filter(
      (name) => !name.includes('/') && name.endsWith('.safetensors') && !ADAPTER_WEIGHTS.test(name),
    ) ?? [];
  if (candidates.length > 1) {
    throw new FormatError(
      `It holds ${candidates.length} safetensors files and no index: ${list(candidates)}.`,
      {
        file: folder.name,
        code: 'two-models',
        remedy: `Keep one model in the folder, or add its ${INDEX_NAME}.`,
      },
    );
  }
  const only = candidates[0] === undefined ? null : await folder.open(candidates[0], signal);
  if (only !== null) return openSingle(only, signal);
  return refuseOthers(folder, signal);
}

async function openSingle(source: ByteSource, signal: AbortSignal | undefined): Promise<Checkpoint> {
  const header = await readSafetensorsHeader(source, signal);
  return plainCheckpoint(new SafetensorsCheckpoint([{ source, header }]));
}

async function openShards(
  folder: ModelFolder,
  index: ShardedIndex,
  signal: AbortSignal | undefined,
): Promise<Checkpoint> {
  const parts: { source: ByteSource; header: SafetensorsHeader }[] = [];
  const missing: string[] = [];
  for (const shard of index.shards) {
    const source = await folder.open(shard, signal);
    if (source === null) missing.push(shard);
    else if (missing.length === 0)
      parts.push({ source, header: await readSafetensorsHeader(source, signal) });
  }
  if (missing.length > 0) {
    throw new FormatError(
      `${missing.length} of ${index.shards.length} weight files are missing: ${list(missing)}.`,
      {
        file: INDEX_NAME,
        code: 'missing-files',
        remedy: 'Download the missing files into the folder.',
      },
    );
  }
  const checkpoint = new SafetensorsCheckpoint(parts);
  // What nobody holds may be a copy that needs not be stored, as the head of a tied model is.
  const promised = new Map<string, string>();
  for (const [tensor, shard] of index.shardOf) {
    const found = checkpoint.tensors.get(tensor)?.file;
    if (found === undefined) promised.set(tensor, shard);
    else if (found !== shard) {
      throw new FormatError(`The index places the tensor in ${shard}, but it is in ${found}.`, {
        file: INDEX_NAME,
        field: tensor.slice(0, 200),
        code: 'mixed-up',
        remedy: 'Download the index and the weight files again.',
      });
    }
  }
  return plainCheckpoint(checkpoint, promised);
}

/** Says why a folder without safetensors cannot be used. */
async function refuseOthers(folder: ModelFolder, signal: AbortSignal | undefined): Promise<never> {
  const names = (folder.names ?? []).filter((name) => !name.includes('/'));
  if (folder.names === null) {
    for (const probe of PICKLE_PROBES) if ((await folder.open(probe, signal)) !== null) names.push(probe);
  }
  const pickle = names.find((name) => PICKLE_NAMES.test(name));
  if (pickle !== undefined) {
    throw new UnsupportedError(
      'The weights are a PyTorch pickle, which is a program and not only data; it is not read.',
      {
        file: pickle,
        code: 'pickle',
        remedy:
          'Convert the folder once in Python:\n' +
          '  from transformers import AutoModelForCausalLM\n' +
          '  AutoModelForCausalLM.from_pretrained("FOLDER").save_pretrained("FOLDER", safe_serialization=True)',
      },
    );
  }
  for (const [pattern, kind] of OTHER_CONTAINERS) {
    const found = names.find((name) => pattern.test(name));
    if (found === undefined) continue;
    throw new UnsupportedError(`The weights are in a ${kind} file, which is not read.`, {
      file: found,
      code: 'other-format',
      remedy: 'Use the folder of the original model with its model.safetensors and config.json.',
    });
  }
  throw new FormatError(`It holds no weights: neither ${SINGLE_NAME} nor ${INDEX_NAME}.`, {
    file: folder.name,
    code: 'no-weights',
    remedy: 'Choose the folder that holds config.json and the safetensors files.',
  });
}

/** The first few of many names. */
function list(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(', ');
  return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown;
}
