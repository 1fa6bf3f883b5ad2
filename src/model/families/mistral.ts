/** MistralForCausalLM: Llama's build without biases, each query seeing a sliding window of tokens. */
import { buildFamily } from '../builder.js';
import { MAX_POSITIONS } from '../limits.js';
import { eachLayer } from '../layers.js';
import { LLAMA_BUILD } from './llama-build.js';

/** Window when config.json does not mention it; later models write null for none. */
const DEFAULT_WINDOW = 4096;

export const mistral = buildFamily({
  ...LLAMA_BUILD,
  name: 'mistral',
  label: 'Mistral (MistralForCausalLM, with or without sliding window)',
  modelTypes: ['mistral'],
  architectures: ['MistralForCausalLM'],
  baseArchitectures: ['MistralModel'],
  // Those of transformers' MistralConfig.
  defaults: { maxPositions: 131_072, normEpsilon: 1e-6, kvHeads: 8, function: 'silu', bos: 1, eos: 2 },
  traits: ({ config }) => ({
    layer: eachLayer({
      window: config.has('sliding_window')
        ? config.optionalInteger('sliding_window', { min: 1, max: MAX_POSITIONS })
        : DEFAULT_WINDOW,
    }),
  }),
});
