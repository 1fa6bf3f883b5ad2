/** GPT2LMHeadModel: GPT-2, DistilGPT-2, Cerebras-GPT and what is trained in their layout. */
import { UnsupportedError } from '../../shared/errors.js';
import { preNorm } from '../block-steps.js';
import { buildFamily } from '../builder.js';
import type { ConfigFields } from '../config-fields.js';
import type { FamilyTraits } from '../family-table.js';
import { ALL_BIASES, GPT2_BUILD, GPT2_DEFAULTS, GPT2_MLP } from './gpt2-build.js';

/** Scores are divided by the root of the head size, and in some models by the number of the layer. */
export function gpt2Scale(config: ConfigFields): Required<FamilyTraits>['scale'] {
  const isScaled = config.boolean('scale_attn_weights', true);
  const byLayer = config.boolean('scale_attn_by_inverse_layer_idx', false);
  return (headDim, layer) => (isScaled ? 1 / Math.sqrt(headDim) : 1) / (byLayer ? layer + 1 : 1);
}

/** @throws UnsupportedError for a decoder that looks at an encoder */
export function refuseCrossAttention(config: ConfigFields): void {
  if (!config.boolean('add_cross_attention', false)) return;
  throw new UnsupportedError('Its attention looks at an encoder, which it does not have.', {
    file: config.file,
    field: 'add_cross_attention',
    code: 'encoder-decoder',
    remedy: 'Use a model that only decodes.',
  });
}

export const gpt2 = buildFamily({
  ...GPT2_BUILD,
  name: 'gpt2',
  label: 'GPT-2 (GPT2LMHeadModel: GPT-2, DistilGPT-2, Cerebras-GPT)',
  modelTypes: ['gpt2'],
  architectures: ['GPT2LMHeadModel'],
  baseArchitectures: ['GPT2Model'],
  transposed: true,
  defaults: { ...GPT2_DEFAULTS, maxPositions: 1024 },
  traits: ({ config }) => {
    refuseCrossAttention(config);
    return { ...ALL_BIASES, rotaries: [], learned: { offset: 0 }, scale: gpt2Scale(config) };
  },
  steps: preNorm(
    ['ln_1', 'ln_2'],
    { kind: 'attention', fused: 'attn.c_attn', order: 'parts', output: 'attn.c_proj' },
    GPT2_MLP,
  ),
});
