/** What GPT-2 and those after it share: layer norms, learned positions, a plain feed-forward, and most names. */
import type { FamilyTable } from '../family-table.js';
import { FUNCTIONS } from '../functions.js';
import { LLAMA_BUILD } from './llama-build.js';

export const GPT2_BUILD = {
  keys: {
    ...LLAMA_BUILD.keys,
    hiddenSize: 'n_embd',
    width: 'n_inner',
    layers: 'n_layer',
    heads: 'n_head',
    normEpsilon: 'layer_norm_epsilon',
    maxPositions: 'n_positions',
    function: 'activation_function',
  },
  aliases: {
    n_embd: ['hidden_size'],
    n_layer: ['num_hidden_layers'],
    n_head: ['num_attention_heads'],
    n_positions: ['max_position_embeddings', 'n_ctx'],
  },
  names: {
    prefixes: ['transformer.', ''],
    embedding: 'wte',
    positions: 'wpe',
    layers: 'h',
    finalNorm: 'ln_f',
    head: ['lm_head'],
  },
  norm: 'layer',
  functions: FUNCTIONS,
  unknown: [],
} as const satisfies Partial<FamilyTable>;

/** Those of transformers' configs. */
export const GPT2_DEFAULTS = {
  normEpsilon: 1e-5,
  kvHeads: null,
  function: 'gelu_new',
  tied: true,
  width: (hiddenSize: number) => 4 * hiddenSize,
  bos: 50_256,
  eos: 50_256,
} as const;

export const GPT2_MLP = { kind: 'mlp', mlp: 'plain', up: 'mlp.c_fc', down: 'mlp.c_proj' } as const;

/** Biases everywhere. */
export const ALL_BIASES = { attentionBias: true, mlpBias: true, normBias: true } as const;
