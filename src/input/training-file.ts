/**
 * What a training saved of itself: ckpt.pt of nanoGPT (https://github.com/karpathy/nanoGPT, train.py) and of llama2.c
 * (train.py), with the sizes of the model inside.
 */
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { PickleMap, type PickleValue } from '../checkpoint/pickle-values.js';
import { FormatError } from '../shared/errors.js';
import type { JsonObject, JsonValue } from '../source/strict-json.js';

/** Key under which both keep the model's sizes. */
const SIZES = 'model_args';

/** Tokens of GPT-2; models with as many, or padded beyond, are trained with its tokenizer. */
const GPT2_TOKENS = 50_257;

/** A training that is known. */
export interface Training {
  readonly config: JsonObject;
  /** The model was trained with the tokenizer of GPT-2. */
  readonly isGpt2: boolean;
}

/**
 * The config of a training's model.
 * @param beside what was saved beside the weights
 * @returns `null` for a training of another kind
 * @throws FormatError for sizes that are none
 */
export function trainingConfig(
  file: string,
  beside: ReadonlyMap<string, PickleValue>,
  checkpoint: Checkpoint,
): Training | null {
  const saved = beside.get(SIZES);
  if (!(saved instanceof PickleMap)) return null;
  const sizes = plainValues(saved);
  if (sizes.has('n_embd') && sizes.has('block_size')) return nanoGpt(file, sizes);
  return sizes.has('dim') && sizes.has('n_heads') ? llama2c(sizes, checkpoint) : null;
}

function nanoGpt(file: string, sizes: ReadonlyMap<string, JsonValue>): Training {
  const vocabSize = sizes.get('vocab_size');
  if (typeof vocabSize !== 'number') {
    throw new FormatError('The number of tokens is missing.', {
      file,
      field: `${SIZES}.vocab_size`,
      remedy: 'Train it with a vocab_size, or add the key to model_args and save it again.',
    });
  }
  const isGpt2 = vocabSize >= GPT2_TOKENS;
  const config = new Map<string, JsonValue>(sizes);
  // A head of its own is never trained.
  config.set('architectures', ['NanoGPT']).set('model_type', 'nanogpt');
  if (!isGpt2) config.set('bos_token_id', null).set('eos_token_id', null);
  return { config, isGpt2 };
}

function llama2c(sizes: ReadonlyMap<string, JsonValue>, checkpoint: Checkpoint): Training {
  const config = new Map<string, JsonValue>(sizes);
  config.set('architectures', ['Llama2c']).set('model_type', 'llama2c');
  // Most leave it to a rule that changed: the weights know.
  const width = checkpoint.tensors.get('layers.0.feed_forward.w1.weight')?.shape[0];
  if (width !== undefined) config.set('hidden_dim', width);
  if (sizes.get('n_kv_heads') === null) config.delete('n_kv_heads');
  return { config, isGpt2: false };
}

/** The values that a JSON file might have. */
function plainValues({ entries }: PickleMap): ReadonlyMap<string, JsonValue> {
  return new Map(
    [...entries].filter(
      (entry): entry is [string, null | boolean | number | string] =>
        entry[1] === null || ['boolean', 'number', 'string'].includes(typeof entry[1]),
    ),
  );
}
