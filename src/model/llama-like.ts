/**
 * Reads decoders built like Llama: RMS norms before attention and feed-forward, rotary positions, grouped-query attention, a
 * gated feed-forward. A family says what it adds and what its defaults are.
 */
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { rowBlocks } from '../checkpoint/row-blocks.js';
import { FormatError, UnsupportedError } from '../shared/errors.js';
import type { Note } from './notes.js';
import type { ConfigFields } from './config-fields.js';
import { show } from './config-fields.js';
import { preNorm } from './blocks.js';
import type { BlockSpec, DecoderModel, LinearSpec, NormSpec, TensorRef } from './decoder.js';
import type { FamilyReading } from './family.js';
import { readGenerationDefaults, readSpecialIds } from './generation.js';
import type { DefaultIds } from './generation.js';
import { computeRotary, findRotaryParameters } from './rotary.js';
import { TensorTable } from './tensor-table.js';

/** Values that hold when config.json leaves a key out; configs are saved as differences to these. */
export interface LlamaDefaults extends DefaultIds {
  readonly maxPositions: number;
  readonly normEpsilon: number;
  /** Key/value heads when the key is absent; `null` for as many as heads (which is also what null in the file means). */
  readonly kvHeads: number | null;
}

/** What distinguishes a family of this build. */
export interface LlamaTraits {
  readonly family: string;
  readonly defaults: LlamaDefaults;
  /** Biases on q, k, v and o. */
  readonly attentionBias: boolean;
  /** Biases on gate, up and down. */
  readonly mlpBias: boolean;
  /** Tokens that a query sees, itself included; `null` for all. */
  readonly window: number | null;
}

/** Most layers; several times those of the largest published models, so that a typing error does not run for ever. */
const MAX_LAYERS = 1024;

/** Largest width of anything: 2^24 is a hundred times the widest published models. */
const MAX_WIDTH = 2 ** 24;

/** Most positions. */
const MAX_POSITIONS = 2 ** 31;

/** Prefixes under which the layers are stored: as a language model, and as the bare decoder. */
const PREFIXES = ['model.', ''];

/** Bytes compared at a time when a head is said to be a copy. */
const COMPARE_BYTES = 1024 * 1024;

/**
 * Reads a model of this build.
 * @throws FormatError when config and tensors are malformed or disagree; UnsupportedError; TransportError
 */
export async function readLlamaLike(reading: FamilyReading, traits: LlamaTraits): Promise<DecoderModel> {
  const { config, generation } = reading;
  const table = new TensorTable(reading.checkpoint, config.file);
  const notes = [...reading.notes];
  const prefix =
    table.findPrefix(PREFIXES, ['layers.0.input_layernorm.weight', 'embed_tokens.weight']) ?? 'model.';

  checkActivation(config);
  const hiddenSize = config.integer('hidden_size', undefined, { min: 1, max: MAX_WIDTH });
  const width = config.integer('intermediate_size', undefined, { min: 1, max: MAX_WIDTH });
  const layers = readLayerCount(config, table, prefix);
  const { heads, kvHeads, headDim } = readHeads(config, table, prefix, traits.defaults, hiddenSize);
  const epsilon = config.number('rms_norm_eps', traits.defaults.normEpsilon, { min: 0, max: 1 });
  const maxPositions = config.integer('max_position_embeddings', traits.defaults.maxPositions, {
    min: 1,
    max: MAX_POSITIONS,
  });
  const rotary = readRotary(config, headDim, maxPositions);
  notes.push(...rotary.notes);

  const {
    embedding,
    head,
    notes: headNotes,
  } = await readEmbeddingAndHead(reading, table, prefix, hiddenSize);
  notes.push(...headNotes);
  const vocabSize = embedding.shape[0] ?? 0;

  const norm = (name: string): NormSpec => ({
    kind: 'rms',
    epsilon,
    gain: table.take(prefix + name, [hiddenSize], 'hidden_size'),
    bias: null,
  });
  const linear = (name: string, rows: number, columns: number, bias: boolean, claim: string): LinearSpec => ({
    weight: table.take(`${prefix}${name}.weight`, [rows, columns], claim),
    bias: bias ? table.take(`${prefix}${name}.bias`, [rows], claim) : null,
  });
  const blocks = Array.from({ length: layers }, (_, layer): BlockSpec => {
    const at = `layers.${layer}.`;
    const attention = (name: string, rows: number, columns: number, claim: string): LinearSpec =>
      linear(`${at}self_attn.${name}`, rows, columns, traits.attentionBias, claim);
    const mlp = (name: string, rows: number, columns: number): LinearSpec =>
      linear(`${at}mlp.${name}`, rows, columns, traits.mlpBias, 'hidden_size and intermediate_size');
    return preNorm(
      norm(`${at}input_layernorm.weight`),
      {
        heads,
        kvHeads,
        headDim,
        scale: 1 / Math.sqrt(headDim),
        window: traits.window,
        position: { kind: 'rotary', table: 0 },
        query: attention('q_proj', heads * headDim, hiddenSize, 'num_attention_heads'),
        key: attention('k_proj', kvHeads * headDim, hiddenSize, 'num_key_value_heads'),
        value: attention('v_proj', kvHeads * headDim, hiddenSize, 'num_key_value_heads'),
        output: attention('o_proj', hiddenSize, heads * headDim, 'num_attention_heads'),
      },
      norm(`${at}post_attention_layernorm.weight`),
      {
        kind: 'gated',
        function: 'silu',
        width,
        gate: mlp('gate_proj', width, hiddenSize),
        up: mlp('up_proj', width, hiddenSize),
        down: mlp('down_proj', hiddenSize, width),
      },
    );
  });
  const finalNorm = norm('norm.weight');
  const ignored = table.finish((name) => explainUnknown(name, config, traits));
  if (ignored > 0) notes.push({ code: 'rotary-recomputed', count: ignored });

  const ids = readSpecialIds(config, generation, vocabSize, traits.defaults);
  notes.push(...ids.notes);
  return {
    family: traits.family,
    architecture: reading.architecture,
    hiddenSize,
    vocabSize,
    maxPositions: rotary.maxPositions,
    embedding,
    embeddingScale: 1,
    rotaries: [rotary.spec],
    blocks,
    finalNorm,
    head,
    bosId: ids.bosId,
    eosIds: ids.eosIds,
    padId: ids.padId,
    generation: readGenerationDefaults(generation),
    parameters: table.parameters,
    notes,
  };
}

function checkActivation(config: ConfigFields): void {
  const activation = config.optionalText('hidden_act') ?? 'silu';
  // Two names of the same function.
  if (activation === 'silu' || activation === 'swish') return;
  throw new UnsupportedError(`The activation is ${show(activation)}.`, {
    file: config.file,
    field: 'hidden_act',
    code: 'family',
    remedy: 'Only silu is computed for this family; use a model with it.',
  });
}

function readLayerCount(config: ConfigFields, table: TensorTable, prefix: string): number {
  const layers = config.integer('num_hidden_layers', undefined, { min: 1, max: MAX_LAYERS });
  const stored = table.countNumbered(`${prefix}layers.`);
  if (layers === stored) return layers;
  throw new FormatError(`It says ${layers} layers, but the weights have ${stored}.`, {
    file: config.file,
    field: 'num_hidden_layers',
    remedy: 'Take config and weights from the same model.',
    code: 'mixed-up',
  });
}

function readHeads(
  config: ConfigFields,
  table: TensorTable,
  prefix: string,
  defaults: LlamaDefaults,
  hiddenSize: number,
): { heads: number; kvHeads: number; headDim: number } {
  const heads = config.integer('num_attention_heads', undefined, { min: 1, max: MAX_WIDTH });
  const kvKey = 'num_key_value_heads';
  const kvHeads = config.integer(kvKey, config.has(kvKey) ? heads : (defaults.kvHeads ?? heads), {
    min: 1,
    max: heads,
  });
  if (heads % kvHeads !== 0) {
    throw new FormatError(`${heads} heads cannot share ${kvHeads} key/value heads evenly.`, {
      file: config.file,
      field: kvKey,
      remedy: 'Take the file of the original model.',
    });
  }
  const explicit = config.isSet('head_dim');
  const headDim = config.integer('head_dim', Math.floor(hiddenSize / heads), { min: 1, max: MAX_WIDTH });
  // The rows of the query say what the size of a head really is.
  const rows = table.rowsOf(`${prefix}layers.0.self_attn.q_proj.weight`);
  if (rows !== heads * headDim) {
    throw new FormatError(
      `${explicit ? `It says ${headDim}` : `hidden_size / num_attention_heads is ${hiddenSize / heads}`}, but the query has ${rows} rows for ${heads} heads, ${rows / heads} each.`,
      {
        file: config.file,
        field: explicit ? 'head_dim' : 'num_attention_heads',
        remedy: 'Take config and weights from the same model.',
        code: 'mixed-up',
      },
    );
  }
  if (headDim % 2 !== 0) {
    throw new UnsupportedError(
      `The heads have the odd size ${headDim}, which rotary positions cannot split into pairs.`,
      {
        file: config.file,
        field: 'head_dim',
        code: 'family',
        remedy: 'Use a model with an even head size.',
      },
    );
  }
  return { heads, kvHeads, headDim };
}

function readRotary(
  config: ConfigFields,
  headDim: number,
  maxPositions: number,
): ReturnType<typeof computeRotary> {
  const parameters = findRotaryParameters(config);
  if (parameters.partialFactor !== 1) {
    // Releases of transformers differ here: some ignore the key for this family, some fail on it.
    throw new UnsupportedError(
      `Only a part of each head rotates (${parameters.partialFactor}), which this family does not have.`,
      {
        file: config.file,
        field: 'partial_rotary_factor',
        remedy: 'Remove the key if the model was trained with whole heads rotating.',
      },
    );
  }
  return computeRotary(config, parameters, { dim: headDim, maxPositions });
}

/** Embedding and head, whichever of the two are stored. */
async function readEmbeddingAndHead(
  { config, checkpoint, signal }: FamilyReading,
  table: TensorTable,
  prefix: string,
  hiddenSize: number,
): Promise<{ embedding: TensorRef; head: LinearSpec | null; notes: readonly Note[] }> {
  const embeddingName = `${prefix}embed_tokens.weight`;
  const headName = 'lm_head.weight';
  const stored = table.shapeOf(embeddingName) ?? table.shapeOf(headName);
  const vocabSize = config.integer('vocab_size', stored?.[0] ?? 0, { min: 1, max: MAX_WIDTH });
  const shape = [vocabSize, hiddenSize];
  const claim = 'vocab_size and hidden_size';
  const tied = config.boolean('tie_word_embeddings', false);

  if (!table.has(embeddingName) && table.has(headName) && tied) {
    return { embedding: table.take(headName, shape, claim), head: null, notes: [] };
  }
  const embedding = table.take(embeddingName, shape, claim);
  if (!table.has(headName)) {
    return { embedding, head: null, notes: tied ? [] : [{ code: 'head-absent' }] };
  }
  if (!tied)
    return { embedding, head: { weight: table.take(headName, shape, claim), bias: null }, notes: [] };

  table.ignore(headName);
  const same = await sameBytes(checkpoint, embeddingName, headName, signal);
  return { embedding, head: null, notes: same ? [] : [{ code: 'head-ignored' }] };
}

async function sameBytes(
  checkpoint: Checkpoint,
  first: string,
  second: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const [a, b] = [checkpoint.tensors.get(first), checkpoint.tensors.get(second)];
  if (a === undefined || b === undefined || a.dtype !== b.dtype || String(a.shape) !== String(b.shape))
    return false;
  const others = rowBlocks(checkpoint, second, { bytesPerBlock: COMPARE_BYTES, signal });
  try {
    for await (const block of rowBlocks(checkpoint, first, { bytesPerBlock: COMPARE_BYTES, signal })) {
      const other = await others.next();
      if (other.done === true || !equal(block.bytes, other.value.bytes)) return false;
    }
    return true;
  } finally {
    await others.return();
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** What a tensor that the config does not announce means, when its name tells. */
function explainUnknown(name: string, config: ConfigFields, traits: LlamaTraits): string | null {
  if (/\.self_attn\.[qkvo]_proj\.bias$/.test(name) && !traits.attentionBias) {
    return config.has('attention_bias')
      ? 'The attention has a bias, but attention_bias in config.json is false.'
      : 'The attention has a bias, which this family does not have by its config.';
  }
  if (/\.mlp\.(?:gate|up|down)_proj\.bias$/.test(name) && !traits.mlpBias) {
    return 'The feed-forward has a bias, but mlp_bias in config.json is not true.';
  }
  if (
    /\.(?:qweight|qzeros|scales|g_idx|absmax|quant_map|weight_scale(?:_inv)?|weight_packed|_blocks|_scales)$/.test(
      name,
    )
  ) {
    return 'The weights are already quantized.';
  }
  if (/\.(?:experts|block_sparse_moe)\./.test(name)) return 'The model is a mixture of experts.';
  if (/(?:^|\.)lora_[AB]\./.test(name)) return 'The weights are an adapter (LoRA) that was not merged.';
  return null;
}
