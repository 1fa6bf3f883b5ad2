/** SmolLM3ForCausalLM: Llama's build with layers that do not rotate. */
import { buildFamily } from '../builder.js';
import type { ConfigFields } from '../config-fields.js';
import { readWindow, slidingLayers } from '../layers.js';
import { LLAMA_BUILD } from './llama-build.js';

/** Whether a layer rotates: 1 in `no_rope_layers`, despite its name; every fourth does not when there is no list. */
function rotatingLayers(config: ConfigFields): (layer: number) => boolean {
  if (!config.isSet('no_rope_layers')) {
    const interval = config.integer('no_rope_layer_interval', 4, { min: 1 });
    return (layer) => (layer + 1) % interval !== 0;
  }
  const list = config.numbers('no_rope_layers');
  return (layer) => list[layer] !== 0;
}

export const smollm3 = buildFamily({
  ...LLAMA_BUILD,
  name: 'smollm3',
  label: 'SmolLM 3 (SmolLM3ForCausalLM)',
  modelTypes: ['smollm3'],
  architectures: ['SmolLM3ForCausalLM'],
  baseArchitectures: ['SmolLM3Model'],
  // Those of transformers' SmolLM3Config.
  defaults: {
    maxPositions: 32_768,
    normEpsilon: 1e-6,
    kvHeads: 4,
    function: 'silu',
    tied: true,
    bos: 128_000,
    eos: 128_001,
  },
  traits: ({ config }) => {
    const rotates = rotatingLayers(config);
    const window = config.boolean('use_sliding_window', false) ? readWindow(config, null) : null;
    const slides = slidingLayers(config, (layer) => window !== null && !rotates(layer));
    return {
      attentionBias: config.boolean('attention_bias', false),
      mlpBias: config.boolean('mlp_bias', false),
      rotaries: [{ theta: 2e6 }],
      layer: (layer) => ({ window: slides(layer) ? window : null, rotary: rotates(layer) ? 0 : null }),
    };
  },
});
