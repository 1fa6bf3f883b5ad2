/** Phi3ForCausalLM: Phi-3, Phi-3.5 and Phi-4-mini; Llama's build with fused matrices. */
import { preNorm } from '../block-steps.js';
import { buildFamily } from '../builder.js';
import { eachLayer, readWindow } from '../layers.js';
import { LLAMA_BUILD } from './llama-build.js';

export const phi3 = buildFamily({
  ...LLAMA_BUILD,
  name: 'phi3',
  label: 'Phi-3 and Phi-4-mini (Phi3ForCausalLM)',
  modelTypes: ['phi3'],
  architectures: ['Phi3ForCausalLM'],
  baseArchitectures: ['Phi3Model'],
  // Those of transformers' Phi3Config.
  defaults: { maxPositions: 4096, normEpsilon: 1e-5, kvHeads: null, function: 'silu', bos: 1, eos: 32_000 },
  traits: ({ config }) => ({
    rotaries: [{ partial: 1 }],
    layer: eachLayer({ window: readWindow(config, null) }),
  }),
  steps: preNorm(
    ['input_layernorm', 'post_attention_layernorm'],
    { kind: 'attention', fused: 'self_attn.qkv_proj', order: 'parts', output: 'self_attn.o_proj' },
    { kind: 'mlp', mlp: 'gated', up: 'mlp.gate_up_proj', fused: true, down: 'mlp.down_proj' },
  ),
  unknown: [],
});
