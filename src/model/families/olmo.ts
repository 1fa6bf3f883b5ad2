/** OlmoForCausalLM: OLMo 1; Llama's build with layer norms that have no gains, and clipped projections. */
import { buildFamily } from '../builder.js';
import { LLAMA_BUILD } from './llama-build.js';

export const olmo = buildFamily({
  ...LLAMA_BUILD,
  name: 'olmo',
  label: 'OLMo 1 (OlmoForCausalLM)',
  modelTypes: ['olmo'],
  architectures: ['OlmoForCausalLM'],
  baseArchitectures: ['OlmoModel'],
  norm: 'layer',
  keys: { ...LLAMA_BUILD.keys, normEpsilon: 'layer_norm_eps' },
  // Those of transformers' OlmoConfig; the epsilon is fixed.
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
    bareNorms: true,
    clip: config.optionalNumber('clip_qkv', { min: 1e-6, max: 1e6 }),
  }),
});
