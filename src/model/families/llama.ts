/** LlamaForCausalLM: Llama 1 to 3, TinyLlama, SmolLM and the many models saved under this architecture. */
import type { Family } from '../family.js';
import { readLlamaLike } from '../llama-like.js';

export const llama: Family = {
  name: 'llama',
  label: 'Llama (LlamaForCausalLM: Llama 1–3, TinyLlama, SmolLM)',
  modelTypes: ['llama'],
  architectures: ['LlamaForCausalLM', 'LLaMAForCausalLM'],
  baseArchitectures: ['LlamaModel'],
  async read(reading) {
    const { config } = reading;
    return readLlamaLike(reading, {
      family: 'llama',
      // Defaults of transformers' LlamaConfig.
      defaults: { maxPositions: 2048, normEpsilon: 1e-6, kvHeads: null, bos: 1, eos: 2 },
      attentionBias: config.boolean('attention_bias', false),
      mlpBias: config.boolean('mlp_bias', false),
      window: null,
    });
  },
};
