/** PhiForCausalLM: Phi-1, Phi-1.5 and Phi-2; attention and feed-forward side by side, a head with a bias. */
import { parallel } from '../block-steps.js';
import { buildFamily } from '../builder.js';
import { ALL_BIASES } from './gpt2-build.js';
import { LLAMA_BUILD } from './llama-build.js';

export const phi = buildFamily({
  ...LLAMA_BUILD,
  name: 'phi',
  label: 'Phi-1, Phi-1.5, Phi-2 (PhiForCausalLM)',
  modelTypes: ['phi'],
  architectures: ['PhiForCausalLM'],
  baseArchitectures: ['PhiModel'],
  norm: 'layer',
  keys: { ...LLAMA_BUILD.keys, normEpsilon: 'layer_norm_eps' },
  names: { ...LLAMA_BUILD.names, finalNorm: 'final_layernorm' },
  // Those of transformers' PhiConfig.
  defaults: { maxPositions: 2048, normEpsilon: 1e-5, kvHeads: null, function: 'gelu_new', bos: 1, eos: 2 },
  traits: ({ config }) => ({
    ...ALL_BIASES,
    headBias: true,
    rotaries: [{ partial: 0.5 }],
    headNorm: config.boolean('qk_layernorm', false)
      ? {
          kind: 'layer',
          over: 'head',
          bias: true,
          query: 'self_attn.q_layernorm',
          key: 'self_attn.k_layernorm',
        }
      : null,
  }),
  steps: parallel(
    ['input_layernorm'],
    {
      kind: 'attention',
      query: 'self_attn.q_proj',
      key: 'self_attn.k_proj',
      value: 'self_attn.v_proj',
      output: 'self_attn.dense',
    },
    { kind: 'mlp', mlp: 'plain', up: 'mlp.fc1', down: 'mlp.fc2' },
  ),
  unknown: [],
});
