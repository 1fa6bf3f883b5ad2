/** MistralForCausalLM: Llama's build without biases, each query seeing a sliding window of tokens. */
import type { Family } from '../family.js';
import { readLlamaLike } from '../llama-like.js';

/** Window when config.json does not mention it; later models write null for none. */
const DEFAULT_WINDOW = 4096;

export const mistral: Family = {
  name: 'mistral',
  label: 'Mistral (MistralForCausalLM, with or without sliding window)',
  modelTypes: ['mistral'],
  architectures: ['MistralForCausalLM'],
  baseArchitectures: ['MistralModel'],
  async read(reading) {
    const { config } = reading;
    const window = config.has('sliding_window')
      ? config.optionalInteger('sliding_window', { min: 1, max: 2 ** 31 })
      : DEFAULT_WINDOW;
    return readLlamaLike(reading, {
      family: 'mistral',
      // Defaults of transformers' MistralConfig.
      defaults: { maxPositions: 131_072, normEpsilon: 1e-6, kvHeads: 8, bos: 1, eos: 2 },
      attentionBias: false,
      mlpBias: false,
      window,
    });
  },
};
