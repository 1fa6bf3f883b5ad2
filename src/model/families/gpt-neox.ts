/** GPTNeoXForCausalLM: GPT-NeoX and Pythia; a part of each head rotates, attention and feed-forward side by side. */
import { parallel, preNorm } from '../block-steps.js';
import { buildFamily } from '../builder.js';
import { FUNCTIONS } from '../functions.js';
import { LLAMA_BUILD } from './llama-build.js';

const NORMS = ['input_layernorm', 'post_attention_layernorm'] as const;
const attention = {
  kind: 'attention',
  fused: 'attention.query_key_value',
  order: 'groups',
  output: 'attention.dense',
} as const;
const mlp = { kind: 'mlp', mlp: 'plain', up: 'mlp.dense_h_to_4h', down: 'mlp.dense_4h_to_h' } as const;

export const gptNeoX = buildFamily({
  name: 'gpt_neox',
  label: 'GPT-NeoX (GPTNeoXForCausalLM: Pythia, GPT-NeoX)',
  modelTypes: ['gpt_neox'],
  architectures: ['GPTNeoXForCausalLM'],
  baseArchitectures: ['GPTNeoXModel'],
  keys: { ...LLAMA_BUILD.keys, normEpsilon: 'layer_norm_eps' },
  names: {
    prefixes: ['gpt_neox.', ''],
    embedding: 'embed_in',
    layers: 'layers',
    finalNorm: 'final_layer_norm',
    head: ['embed_out', 'lm_head'],
  },
  norm: 'layer',
  functions: FUNCTIONS,
  // Those of transformers' GPTNeoXConfig.
  defaults: { maxPositions: 2048, normEpsilon: 1e-5, kvHeads: null, function: 'gelu', bos: 0, eos: 2 },
  traits: ({ config }) => ({
    attentionBias: config.boolean('attention_bias', true),
    mlpBias: true,
    normBias: true,
    rotaries: [{ partial: 0.25, partialKey: 'rotary_pct', thetaKey: 'rotary_emb_base' }],
    steps: config.boolean('use_parallel_residual', true)
      ? parallel(NORMS, attention, mlp)
      : preNorm(NORMS, attention, mlp),
  }),
  steps: parallel(NORMS, attention, mlp),
  unknown: [],
});
