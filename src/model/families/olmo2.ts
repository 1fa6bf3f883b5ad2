/** Olmo2ForCausalLM: norms behind attention and feed-forward alone, and of all heads of query and key at once. */
import { branchNorm } from '../block-steps.js';
import { buildFamily } from '../builder.js';
import { LLAMA_ATTENTION, LLAMA_BUILD, LLAMA_MLP } from './llama-build.js';

export const olmo2 = buildFamily({
  ...LLAMA_BUILD,
  name: 'olmo2',
  label: 'OLMo 2 (Olmo2ForCausalLM)',
  modelTypes: ['olmo2'],
  architectures: ['Olmo2ForCausalLM'],
  baseArchitectures: ['Olmo2Model'],
  // Those of transformers' Olmo2Config.
  defaults: {
    maxPositions: 2048,
    normEpsilon: 1e-5,
    kvHeads: null,
    function: 'silu',
    bos: null,
    eos: 50_279,
  },
  traits: ({ config }) => ({
    attentionBias: config.boolean('attention_bias', false),
    headNorm: { kind: 'rms', over: 'all', query: 'self_attn.q_norm', key: 'self_attn.k_norm' },
  }),
  steps: branchNorm(['post_attention_layernorm', 'post_feedforward_layernorm'], LLAMA_ATTENTION, LLAMA_MLP),
});
