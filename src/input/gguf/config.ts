/** The configuration of a model in GGUF, in the keys that config.json has for its family. */
import { FormatError, UnsupportedError } from '../../shared/errors.js';
import type { JsonObject, JsonValue } from '../../source/strict-json.js';
import { objectOf } from '../sentencepiece.js';
import type { GgufArchitecture, Sizes } from './architecture.js';
import { ARCHITECTURES } from './architectures.js';
import type { Metadata } from './metadata.js';
import type { RopeFactors } from './rope-factors.js';
import { namedId } from './special-ids.js';

/** Sizes and layers beyond these are of no model; what is made for each layer has to stay small. */
const MOST = 2 ** 31 - 1;
const MOST_LAYERS = 4096;

/** Base of the rotation where the file says none, as in llama.cpp. */
const DEFAULT_THETA = 10_000;

/** The architecture of a file, `null` for one that is not read. */
export function findArchitecture(name: string): GgufArchitecture | null {
  return ARCHITECTURES.find(({ names }) => names.includes(name)) ?? null;
}

/**
 * The architecture of a file.
 * @throws UnsupportedError for one that is not read, and for files that are no models
 */
export function architectureOf(metadata: Metadata): GgufArchitecture {
  const type = metadata.text('general.type') ?? 'model';
  if (type !== 'model' || metadata.architecture === 'clip') {
    throw new UnsupportedError(
      `The file holds no model by itself: its general.type is ${JSON.stringify(type.slice(0, 40))}, its architecture ${JSON.stringify(metadata.architecture.slice(0, 40))}.`,
      {
        file: metadata.file,
        code: type === 'adapter' ? 'adapter' : 'other-format',
        remedy:
          type === 'adapter'
            ? 'Merge the adapter into its model, with llama-export-lora of llama.cpp, and take the merged file.'
            : 'Take the file of the language model.',
      },
    );
  }
  const found = findArchitecture(metadata.architecture);
  if (found !== null) return found;
  const read = ARCHITECTURES.flatMap(({ names }) => names).join(', ');
  throw new UnsupportedError(`${metadata.architecture.slice(0, 60)} is not read from GGUF.`, {
    file: metadata.file,
    field: 'general.architecture',
    code: 'family',
    remedy: `Read are: ${read}. Other families are converted from the folder of the original model.`,
  });
}

/**
 * The configuration.
 * @param factors divisors of the rotation's angles, which the file has as tensors
 * @throws FormatError when a size is missing or wrong; UnsupportedError for what is not converted
 */
export function configOf(
  metadata: Metadata,
  architecture: GgufArchitecture,
  factors: RopeFactors | null,
): JsonObject {
  const { keys } = architecture;
  const given = (key: string): number => {
    const value = metadata.number(metadata.own(key));
    if (value !== null) return value;
    throw metadata.wrong(metadata.own(key), 'a number');
  };
  const size = (key: string, most = MOST): number => {
    const value = given(key);
    if (Number.isInteger(value) && value >= 1 && value <= most) return value;
    throw metadata.wrong(metadata.own(key), `a whole number from 1 to ${most}`);
  };
  const hiddenSize = size('embedding_length');
  const layers = size('block_count', MOST_LAYERS);
  const heads = size('attention.head_count');
  const headDim = metadata.number(metadata.own('attention.key_length')) ?? hiddenSize / heads;
  const valueDim = metadata.number(metadata.own('attention.value_length'));
  if (valueDim !== null && valueDim !== headDim) {
    throw new UnsupportedError(`Values have ${valueDim} elements a head, and keys ${headDim}.`, {
      file: metadata.file,
      field: metadata.own('attention.value_length'),
      code: 'family',
      remedy: 'Use a model whose heads have one size.',
    });
  }
  const sizes: Sizes = { hiddenSize, layers, heads, headDim };
  const eos = endTokens(metadata);
  return objectOf({
    architectures: [architecture.architecture],
    model_type: architecture.modelType,
    [keys.hiddenSize]: hiddenSize,
    [keys.width]: widthOf(metadata),
    [keys.layers]: layers,
    [keys.heads]: heads,
    [keys.kvHeads]: kvHeadsOf(metadata, sizes),
    [keys.headDim]: headDim,
    [keys.positions]: size('context_length'),
    [keys.epsilon]: given(architecture.epsilon),
    vocab_size: vocabSize(metadata),
    tie_word_embeddings: architecture.tied ?? metadata.tensor('output.weight') === undefined,
    ...rotation(metadata, architecture, sizes, factors),
    bos_token_id: namedId(metadata, 'bos'),
    eos_token_id: eos.length === 0 ? null : eos,
    pad_token_id: namedId(metadata, 'padding'),
    ...present('num_local_experts', metadata.number(metadata.own('expert_count'))),
    ...architecture.fields?.(metadata, sizes),
  });
}

/** Tokens that end a text, and those that end an answer. */
function endTokens(metadata: Metadata): readonly number[] {
  const others = ['eot', 'eom'].map((name) => metadata.number(`tokenizer.ggml.${name}_token_id`));
  return [...new Set([namedId(metadata, 'eos'), ...others].filter((id) => id !== null))];
}

/** As the tensors have it: writers that assume a width say it wrong. */
function widthOf(metadata: Metadata): number {
  return dimension(metadata, 'blk.0.ffn_down.weight', 1);
}

/** By the rows of the key, where it is a tensor of its own: some writers say as many as heads. */
function kvHeadsOf(metadata: Metadata, { heads, headDim }: Sizes): number {
  const rows = metadata.tensor('blk.0.attn_k.weight')?.shape[0];
  if (rows !== undefined && rows % headDim === 0) return rows / headDim;
  return metadata.number(metadata.own('attention.head_count_kv')) ?? heads;
}

function vocabSize(metadata: Metadata): number {
  return dimension(metadata, 'token_embd.weight', 0);
}

function dimension(metadata: Metadata, name: string, index: number): number {
  const length = metadata.tensor(name)?.shape[index];
  if (length !== undefined) return length;
  throw new FormatError('The tensor is missing.', {
    file: metadata.file,
    field: name,
    code: 'mixed-up',
    remedy: 'Take all files of the model, or convert the original again.',
  });
}

/** How heads rotate: base, share, and what stretches the positions. */
function rotation(
  metadata: Metadata,
  { keys }: GgufArchitecture,
  { headDim }: Sizes,
  factors: RopeFactors | null,
): Record<string, JsonValue> {
  if (keys.theta === null) return {};
  const turning = metadata.number(metadata.own('rope.dimension_count')) ?? headDim;
  return {
    [keys.theta]: metadata.number(metadata.own('rope.freq_base')) ?? DEFAULT_THETA,
    [keys.share]: shareOf(turning, headDim),
    rope_scaling: scaling(metadata, factors),
  };
}

/** The share of so many elements, which a reader that rounds down makes the same number of again. */
function shareOf(turning: number, headDim: number): number {
  const share = turning / headDim;
  return Math.floor(share * headDim) === turning ? share : (turning + 0.5) / headDim;
}

function scaling(metadata: Metadata, factors: RopeFactors | null): JsonValue {
  const scaled = (key: string): number | null => metadata.number(metadata.own(`rope.scaling.${key}`));
  const original = scaled('original_context_length') ?? metadata.number(metadata.own('context_length'));
  if (factors !== null) {
    return objectOf({
      rope_type: 'longrope',
      short_factor: factors.short,
      long_factor: factors.long,
      attention_factor: scaled('attn_factor') ?? 1,
      original_max_position_embeddings: original,
    });
  }
  const key = metadata.own('rope.scaling.type');
  const stretch = scaled('factor') ?? metadata.number(metadata.own('rope.scale_linear'));
  const type = metadata.text(key) ?? (stretch === null ? 'none' : 'linear');
  switch (type) {
    case 'none':
      return null;
    case 'linear':
      return objectOf({ rope_type: 'linear', factor: stretch ?? 1 });
    case 'yarn':
      return objectOf({
        rope_type: 'yarn',
        factor: stretch ?? 1,
        original_max_position_embeddings: original,
        ...present('attention_factor', scaled('yarn_attn_factor')),
        ...present('beta_fast', scaled('yarn_beta_fast')),
        ...present('beta_slow', scaled('yarn_beta_slow')),
      });
    default:
      // Those with divisors for each pair have them as tensors.
      throw metadata.wrong(key, '"none", "linear" or "yarn", or the file must hold the factors');
  }
}

function present(key: string, value: number | null): Record<string, JsonValue> {
  return value === null ? {} : { [key]: value };
}
