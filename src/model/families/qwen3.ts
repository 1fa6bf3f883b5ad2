/** Qwen3ForCausalLM: Llama's build with norms of the heads of query and key. */
import { buildFamily } from '../builder.js';
import type { HeadNormTable } from '../family-table.js';
import { windowFromLayer } from '../layers.js';
import { LLAMA_BUILD } from './llama-build.js';

/** Before the rotation, with the same gains for all heads. */
export const QWEN3_HEAD_NORM: HeadNormTable = {
  kind: 'rms',
  over: 'head',
  query: 'self_attn.q_norm',
  key: 'self_attn.k_norm',
};

export const qwen3 = buildFamily({
  ...LLAMA_BUILD,
  name: 'qwen3',
  label: 'Qwen 3 (Qwen3ForCausalLM)',
  modelTypes: ['qwen3'],
  architectures: ['Qwen3ForCausalLM'],
  baseArchitectures: ['Qwen3Model'],
  // Those of transformers' Qwen3Config.
  defaults: {
    maxPositions: 32_768,
    normEpsilon: 1e-6,
    kvHeads: 32,
    headDim: 128,
    function: 'silu',
    bos: null,
    eos: null,
  },
  traits: ({ config }) => ({
    attentionBias: config.boolean('attention_bias', false),
    headNorm: QWEN3_HEAD_NORM,
    layer: windowFromLayer(config),
  }),
});
