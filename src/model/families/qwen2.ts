/** Qwen2ForCausalLM: Qwen 2 and 2.5; Llama's build with biases on query, key and value. */
import { buildFamily } from '../builder.js';
import { windowFromLayer } from '../layers.js';
import { LLAMA_BUILD } from './llama-build.js';

export const qwen2 = buildFamily({
  ...LLAMA_BUILD,
  name: 'qwen2',
  label: 'Qwen 2 and 2.5 (Qwen2ForCausalLM)',
  modelTypes: ['qwen2'],
  architectures: ['Qwen2ForCausalLM'],
  baseArchitectures: ['Qwen2Model'],
  // Those of transformers' Qwen2Config.
  defaults: { maxPositions: 32_768, normEpsilon: 1e-6, kvHeads: 32, function: 'silu', bos: null, eos: null },
  traits: ({ config }) => ({ attentionBias: true, outputBias: false, layer: windowFromLayer(config) }),
});
