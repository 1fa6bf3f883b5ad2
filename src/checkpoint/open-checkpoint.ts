/** Finds the weights in a model folder and opens them as one checked tensor directory. */
import { FormatError, UnsupportedError } from '../shared/errors.js';
import type { ByteSource, ModelFolder } from '../source/byte-source.js';
import type { Checkpoint } from './checkpoint.js';
import { plainCheckpoint } from './plain-checkpoint.js';
import type { PytorchFile } from './pytorch.js';
import { readSafetensorsHeader } from './safetensors.js';
import { INDEX_NAME, PYTORCH_INDEX_NAME, readShardedIndex } from './sharded-index.js';
import type { ShardedIndex } from './sharded-index.js';
import { StoredCheckpoint } from './stored-checkpoint.js';
import type { StoredPart } from './stored-checkpoint.js';

/** Name of the weights when they are one file. */
export const SINGLE_NAME = 'model.safetensors';

/** The difference to a model, in a file beside it; the second name is MLX's. */
export const ADAPTER_WEIGHTS = /^(?:adapter_model\b.*|adapters)\.(?:safetensors|bin)$/;

/** The same when torch.save wrote it. */
export const PYTORCH_NAME = 'pytorch_model.bin';

/** Files of torch.save under other names. */
const PYTORCH_FILES = /\.(?:bin|pt|pth|ckpt)$/i;

/** What a training leaves beside its weights. */
const NO_WEIGHTS =
  /^(?:training_args|optimizer|scheduler|scaler|rng_state\w*|trainer_state|tokenizer)\.\w+$/i;

/** Other containers, by the ending of their names. */
const OTHER_CONTAINERS: readonly (readonly [RegExp, string])[] = [
  [/\.(?:h5|keras)$/i, 'Keras'],
  [/^(?:saved_model\.pb|.*\.ckpt(?:-\d+)?\.index)$/i, 'TensorFlow'],
  [/\.msgpack$/i, 'Flax'],
  [/\.onnx$/i, 'ONNX'],
  [/^openvino_model\.(?:xml|bin)$/i, 'OpenVINO'],
  [/\.tflite$/i, 'TensorFlow Lite'],
  [/\.npz$/i, 'NumPy'],
  [/^(?!meta\.pkl$).*\.pkl$/i, 'pickle'],
];

/**
 * Opens the weights of a folder: `model.safetensors`, else the shards of the index, else the only safetensors file there is;
 * without one the same with the names that torch.save's files have.
 * @throws FormatError when they are malformed, missing or ambiguous; UnsupportedError for other containers; TransportError
 */
export async function openCheckpoint(folder: ModelFolder, signal?: AbortSignal): Promise<Checkpoint> {
  const single = await folder.open(SINGLE_NAME, signal);
  if (single !== null) return openSingle(single, signal);
  const index = await readShardedIndex(folder, signal);
  if (index !== null) return openShards(folder, index, signal);
  const only = await openOnly(folder, weightNames(folder, isSafetensors), signal);
  if (only !== null) return openSingle(only, signal);
  const pytorch = await folder.open(PYTORCH_NAME, signal);
  if (pytorch !== null) return openPytorch([pytorch], signal);
  const pytorchIndex = await readShardedIndex(folder, signal, PYTORCH_INDEX_NAME);
  if (pytorchIndex !== null) return openShards(folder, pytorchIndex, signal);
  const onlyPytorch = await openOnly(folder, weightNames(folder, isPytorch), signal);
  if (onlyPytorch !== null) return openPytorch([onlyPytorch], signal);
  return refuseOthers(folder);
}

/** The tensors of a file by itself, whatever it is to the model. @throws as {@link openCheckpoint} */
export function openWeightFile(source: ByteSource, signal?: AbortSignal): Promise<Checkpoint> {
  return isSafetensors(source.name) ? openSingle(source, signal) : openPytorch([source], signal);
}

/**
 * The names of the files that {@link openCheckpoint} opens; of one that it would refuse, the first that it looks for.
 * @throws FormatError for a malformed index; TransportError
 */
export async function weightFileNames(folder: ModelFolder, signal?: AbortSignal): Promise<readonly string[]> {
  for (const [single, index, isWeights] of [
    [SINGLE_NAME, INDEX_NAME, isSafetensors],
    [PYTORCH_NAME, PYTORCH_INDEX_NAME, isPytorch],
  ] as const) {
    if ((await folder.open(single, signal)) !== null) return [single];
    const listed = await readShardedIndex(folder, signal, index);
    if (listed !== null) return [index, ...listed.shards];
    const others = weightNames(folder, isWeights);
    if (others.length > 0) return others;
  }
  return [SINGLE_NAME];
}

/** The names of files in a folder, not below it, that may be its weights. */
function weightNames(folder: ModelFolder, isWeights: (name: string) => boolean): readonly string[] {
  return (folder.names ?? []).filter(
    (name) => !name.includes('/') && isWeights(name) && !ADAPTER_WEIGHTS.test(name) && !NO_WEIGHTS.test(name),
  );
}

function isSafetensors(name: string): boolean {
  return name.endsWith('.safetensors');
}

function isPytorch(name: string): boolean {
  return PYTORCH_FILES.test(name);
}

/** The one file that there is; `null` for none. */
async function openOnly(
  folder: ModelFolder,
  candidates: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ByteSource | null> {
  const [first] = candidates;
  if (candidates.length > 1) {
    throw new FormatError(
      `It holds ${candidates.length} files of weights and no index: ${list(candidates)}.`,
      {
        file: folder.name,
        code: 'two-models',
        remedy: `Keep one model in the folder, or add its ${INDEX_NAME}.`,
      },
    );
  }
  return first === undefined ? null : folder.open(first, signal);
}

async function openSingle(source: ByteSource, signal: AbortSignal | undefined): Promise<Checkpoint> {
  return plainCheckpoint(new StoredCheckpoint([await safetensorsPart(source, signal)]));
}

async function openPytorch(
  sources: readonly ByteSource[],
  signal: AbortSignal | undefined,
): Promise<Checkpoint> {
  const parts: StoredPart[] = [];
  for (const source of sources) parts.push(await pytorchPart(source, signal));
  return plainCheckpoint(new StoredCheckpoint(parts));
}

async function safetensorsPart(source: ByteSource, signal: AbortSignal | undefined): Promise<StoredPart> {
  return { source, ...(await readSafetensorsHeader(source, signal)) };
}

/** A file of a training: its tensors, and what was saved beside them. @throws as {@link openCheckpoint} */
export async function openTrainingFile(
  source: ByteSource,
  signal?: AbortSignal,
): Promise<{ checkpoint: Checkpoint; beside: PytorchFile['beside'] }> {
  const { readPytorch } = await import('./pytorch.js');
  const { tensors, beside } = await readPytorch(source, signal);
  return { checkpoint: plainCheckpoint(new StoredCheckpoint([{ source, tensors }])), beside };
}

async function pytorchPart(source: ByteSource, signal: AbortSignal | undefined): Promise<StoredPart> {
  const { readPytorch } = await import('./pytorch.js');
  return { source, tensors: (await readPytorch(source, signal)).tensors };
}

async function openShards(
  folder: ModelFolder,
  index: ShardedIndex,
  signal: AbortSignal | undefined,
): Promise<Checkpoint> {
  const parts: StoredPart[] = [];
  const readPart = index.file === INDEX_NAME ? safetensorsPart : pytorchPart;
  const missing: string[] = [];
  for (const shard of index.shards) {
    const source = await folder.open(shard, signal);
    if (source === null) missing.push(shard);
    else if (missing.length === 0) parts.push(await readPart(source, signal));
  }
  if (missing.length > 0) {
    throw new FormatError(
      `${missing.length} of ${index.shards.length} weight files are missing: ${list(missing)}.`,
      {
        file: index.file,
        code: 'missing-files',
        remedy: 'Download the missing files into the folder.',
      },
    );
  }
  const checkpoint = new StoredCheckpoint(parts);
  // What nobody holds may be a copy that needs not be stored, as the head of a tied model is.
  const promised = new Map<string, string>();
  for (const [tensor, shard] of index.shardOf) {
    const found = checkpoint.tensors.get(tensor)?.file;
    if (found === undefined) promised.set(tensor, shard);
    else if (found !== shard) {
      throw new FormatError(`The index places the tensor in ${shard}, but it is in ${found}.`, {
        file: index.file,
        field: tensor.slice(0, 200),
        code: 'mixed-up',
        remedy: 'Download the index and the weight files again.',
      });
    }
  }
  return plainCheckpoint(checkpoint, promised);
}

/** Names the container of a folder whose weights are in one that is not read. @throws UnsupportedError */
export function refuseOtherContainers(folder: ModelFolder): void {
  const names = (folder.names ?? []).filter((name) => !name.includes('/'));
  for (const [pattern, kind] of OTHER_CONTAINERS) {
    const found = names.find((name) => pattern.test(name));
    if (found === undefined) continue;
    throw new UnsupportedError(`The weights are in a ${kind} file, which is not read.`, {
      file: found,
      code: 'other-format',
      remedy: 'Use the folder of the original model with its model.safetensors and config.json.',
    });
  }
}

/** Says why a folder without weights that are read cannot be used. */
function refuseOthers(folder: ModelFolder): never {
  refuseOtherContainers(folder);
  throw new FormatError(
    `It holds no weights: neither ${SINGLE_NAME} nor ${INDEX_NAME} nor ${PYTORCH_NAME}.`,
    {
      file: folder.name,
      code: 'no-weights',
      remedy: 'Choose the folder that holds config.json and the safetensors files.',
    },
  );
}

/** The first few of many names. */
function list(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(', ');
  return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown;
}
