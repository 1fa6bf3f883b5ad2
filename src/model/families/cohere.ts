/** CohereForCausalLM and Cohere2ForCausalLM: attention and feed-forward side by side, rotary pairs that are neighbours. */
import { parallel } from '../block-steps.js';
import { buildFamily } from '../builder.js';
import type { ConfigFields } from '../config-fields.js';
import type { FamilyTable, FamilyTraits, HeadNormTable } from '../family-table.js';
import { readWindow, slidingLayers } from '../layers.js';
import { LLAMA_ATTENTION, LLAMA_BUILD, LLAMA_MLP } from './llama-build.js';

const COHERE_BUILD = {
  ...LLAMA_BUILD,
  norm: 'layer',
  keys: { ...LLAMA_BUILD.keys, normEpsilon: 'layer_norm_eps' },
  // Those of transformers' configs.
  defaults: {
    maxPositions: 8192,
    normEpsilon: 1e-5,
    kvHeads: null,
    function: 'silu',
    tied: true,
    bos: 5,
    eos: 255_001,
  },
  steps: parallel(['input_layernorm'], LLAMA_ATTENTION, LLAMA_MLP),
} as const satisfies Partial<FamilyTable>;

const HEAD_NORM: HeadNormTable = {
  kind: 'layer',
  over: 'heads',
  stored: 'rows',
  query: 'self_attn.q_norm',
  key: 'self_attn.k_norm',
};

function cohereTraits(config: ConfigFields): FamilyTraits {
  return {
    attentionBias: config.boolean('attention_bias', false),
    neighbours: true,
    logitScale: config.number('logit_scale', 0.0625, { min: 1e-6, max: 1e6 }),
  };
}

export const cohere = buildFamily({
  ...COHERE_BUILD,
  name: 'cohere',
  label: 'Cohere (CohereForCausalLM)',
  modelTypes: ['cohere'],
  architectures: ['CohereForCausalLM'],
  baseArchitectures: ['CohereModel'],
  traits: ({ config }) => ({
    ...cohereTraits(config),
    rotaries: [{ theta: 5e5 }],
    headNorm: config.boolean('use_qk_norm', false) ? HEAD_NORM : null,
  }),
});

/** Three layers with a window and a rotation, then one with neither. */
export const cohere2 = buildFamily({
  ...COHERE_BUILD,
  name: 'cohere2',
  label: 'Cohere 2 (Cohere2ForCausalLM)',
  modelTypes: ['cohere2'],
  architectures: ['Cohere2ForCausalLM'],
  baseArchitectures: ['Cohere2Model'],
  traits: ({ config }) => {
    const window = readWindow(config, 4096);
    const pattern = config.integer('sliding_window_pattern', 4, { min: 1 });
    const slides = slidingLayers(config, (layer) => (layer + 1) % pattern !== 0);
    return {
      ...cohereTraits(config),
      layer: (layer) => (slides(layer) ? { window, rotary: 0 } : { window: null, rotary: null }),
    };
  },
});
