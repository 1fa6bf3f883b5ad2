/** Gemma3ForCausalLM: the text models of the third generation, with a rotary table for layers with a window and one for all others. */
import { UnsupportedError } from '../../shared/errors.js';
import { buildFamily } from '../builder.js';
import { readWindow, slidingLayers } from '../layers.js';
import { GEMMA_BUILD, GEMMA_DEFAULTS, GEMMA_SANDWICH, GEMMA_TRAITS, gemmaScores } from './gemma-build.js';
import { QWEN3_HEAD_NORM } from './qwen3.js';

export const gemma3 = buildFamily({
  ...GEMMA_BUILD,
  name: 'gemma3',
  label: 'Gemma 3 text models (Gemma3ForCausalLM)',
  modelTypes: ['gemma3_text'],
  architectures: ['Gemma3ForCausalLM'],
  baseArchitectures: ['Gemma3TextModel'],
  names: {
    ...GEMMA_BUILD.names,
    prefixes: ['model.', '', 'language_model.model.', 'model.language_model.'],
  },
  defaults: { ...GEMMA_DEFAULTS, maxPositions: 131_072, kvHeads: 4 },
  traits: ({ config }) => {
    if (config.boolean('use_bidirectional_attention', false)) {
      throw new UnsupportedError('Its tokens see those behind them, so it cannot write text.', {
        file: config.file,
        field: 'use_bidirectional_attention',
        code: 'family',
        remedy: 'Use a model that writes text.',
      });
    }
    const window = readWindow(config, 4096);
    const pattern = config.integer('sliding_window_pattern', 6, { min: 1 });
    const slides = slidingLayers(config, (layer) => (layer + 1) % pattern !== 0);
    return {
      ...GEMMA_TRAITS,
      ...gemmaScores(config, { scores: null, logits: null }),
      // The key is there as in Gemma 2, but nothing reads it.
      scoreCap: null,
      attentionBias: config.boolean('attention_bias', false),
      headNorm: QWEN3_HEAD_NORM,
      rotaries: [
        { theta: 1e6, layers: 'full_attention' },
        { theta: 1e4, thetaKey: 'rope_local_base_freq', layers: 'sliding_attention', unscaled: true },
      ],
      layer: (layer) => (slides(layer) ? { window, rotary: 1 } : { window: null, rotary: 0 }),
    };
  },
  steps: GEMMA_SANDWICH,
});
