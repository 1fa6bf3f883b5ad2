/** LlamaForCausalLM: Llama 1 to 3, TinyLlama, SmolLM and the many models saved under this architecture. */
import { buildFamily } from '../builder.js';
import { LLAMA_BUILD } from './llama-build.js';

export const llama = buildFamily({
  ...LLAMA_BUILD,
  name: 'llama',
  label: 'Llama (LlamaForCausalLM: Llama 1–3, TinyLlama, SmolLM)',
  modelTypes: ['llama'],
  architectures: ['LlamaForCausalLM', 'LLaMAForCausalLM'],
  baseArchitectures: ['LlamaModel'],
  // Those of transformers' LlamaConfig.
  defaults: { maxPositions: 2048, normEpsilon: 1e-6, kvHeads: null, function: 'silu', bos: 1, eos: 2 },
  traits: ({ config }) => ({
    attentionBias: config.boolean('attention_bias', false),
    mlpBias: config.boolean('mlp_bias', false),
  }),
});
