/**
 * What families built like Llama share: RMS norms before attention and feed-forward, rotary positions, grouped-query
 * attention, a gated feed-forward, and the names under which transformers saves all of it.
 */
import { preNorm } from '../block-steps.js';
import type { FamilyTable } from '../family-table.js';
import { FUNCTIONS } from '../functions.js';

export const LLAMA_ATTENTION = {
  kind: 'attention',
  query: 'self_attn.q_proj',
  key: 'self_attn.k_proj',
  value: 'self_attn.v_proj',
  output: 'self_attn.o_proj',
} as const;

export const LLAMA_MLP = {
  kind: 'mlp',
  mlp: 'gated',
  gate: 'mlp.gate_proj',
  up: 'mlp.up_proj',
  down: 'mlp.down_proj',
} as const;

export const LLAMA_BUILD = {
  keys: {
    hiddenSize: 'hidden_size',
    width: 'intermediate_size',
    layers: 'num_hidden_layers',
    heads: 'num_attention_heads',
    kvHeads: 'num_key_value_heads',
    headDim: 'head_dim',
    normEpsilon: 'rms_norm_eps',
    maxPositions: 'max_position_embeddings',
    vocabSize: 'vocab_size',
    tied: 'tie_word_embeddings',
    function: 'hidden_act',
  },
  names: {
    prefixes: ['model.', ''],
    embedding: 'embed_tokens',
    layers: 'layers',
    finalNorm: 'norm',
    head: ['lm_head'],
  },
  norm: 'rms',
  functions: FUNCTIONS,
  steps: preNorm(['input_layernorm', 'post_attention_layernorm'], LLAMA_ATTENTION, LLAMA_MLP),
  unknown: [
    {
      names: /\.self_attn\.[qkvo]_proj\.bias$/,
      meaning: ({ attentionBias = false }, config) => {
        if (attentionBias) return null;
        return config.has('attention_bias')
          ? 'The attention has a bias, but attention_bias in config.json is false.'
          : 'The attention has a bias, which this family does not have by its config.';
      },
    },
    {
      names: /\.mlp\.(?:gate|up|down)_proj\.bias$/,
      meaning: ({ mlpBias = false }) =>
        mlpBias ? null : 'The feed-forward has a bias, but mlp_bias in config.json is not true.',
    },
  ],
} as const satisfies Partial<FamilyTable>;
