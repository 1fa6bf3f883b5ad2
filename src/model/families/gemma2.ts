/** Gemma2ForCausalLM: norms on both sides, capped scores and logits, every other layer with a window. */
import { buildFamily } from '../builder.js';
import { readWindow, slidingLayers } from '../layers.js';
import { GEMMA_BUILD, GEMMA_DEFAULTS, GEMMA_SANDWICH, GEMMA_TRAITS, gemmaScores } from './gemma-build.js';

export const gemma2 = buildFamily({
  ...GEMMA_BUILD,
  name: 'gemma2',
  label: 'Gemma 2 (Gemma2ForCausalLM)',
  modelTypes: ['gemma2'],
  architectures: ['Gemma2ForCausalLM'],
  baseArchitectures: ['Gemma2Model'],
  defaults: { ...GEMMA_DEFAULTS, kvHeads: 4 },
  traits: ({ config }) => {
    const window = readWindow(config, 4096);
    const slides = slidingLayers(config, (layer) => layer % 2 === 0);
    return {
      ...GEMMA_TRAITS,
      ...gemmaScores(config, { scores: 50, logits: 30 }),
      attentionBias: config.boolean('attention_bias', false),
      layer: (layer) => ({ window: slides(layer) ? window : null }),
    };
  },
  steps: GEMMA_SANDWICH,
});
