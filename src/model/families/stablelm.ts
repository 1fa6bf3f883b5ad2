/** StableLmForCausalLM: StableLM 3B and 2; layer norms around a gated feed-forward, a part of each head rotating. */
import { parallel, preNorm } from '../block-steps.js';
import { buildFamily } from '../builder.js';
import { LLAMA_ATTENTION, LLAMA_BUILD, LLAMA_MLP } from './llama-build.js';

export const stablelm = buildFamily({
  ...LLAMA_BUILD,
  name: 'stablelm',
  label: 'StableLM 3B and 2 (StableLmForCausalLM)',
  modelTypes: ['stablelm', 'stablelm_epoch'],
  architectures: ['StableLmForCausalLM', 'StableLMEpochForCausalLM'],
  baseArchitectures: ['StableLmModel'],
  norm: 'layer',
  keys: { ...LLAMA_BUILD.keys, normEpsilon: 'layer_norm_eps' },
  aliases: { layer_norm_eps: ['norm_eps'], partial_rotary_factor: ['rope_pct'] },
  // Those of transformers' StableLmConfig.
  defaults: { maxPositions: 4096, normEpsilon: 1e-5, kvHeads: 32, function: 'silu', bos: 0, eos: 0 },
  traits: ({ config }) => ({
    attentionBias: config.boolean('use_qkv_bias', false),
    outputBias: false,
    normBias: true,
    rotaries: [{ partial: 0.25 }],
    headNorm: config.boolean('qk_layernorm', false)
      ? {
          kind: 'layer',
          over: 'heads',
          query: 'self_attn.q_layernorm.norms',
          key: 'self_attn.k_layernorm.norms',
          stored: 'numbered',
        }
      : null,
    steps: config.boolean('use_parallel_residual', false)
      ? parallel(['input_layernorm'], LLAMA_ATTENTION, LLAMA_MLP)
      : preNorm(['input_layernorm', 'post_attention_layernorm'], LLAMA_ATTENTION, LLAMA_MLP),
  }),
});
