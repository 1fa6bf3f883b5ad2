/** GraniteMoeHybridForCausalLM without experts and state-space layers: the dense models of Granite 4. */
import { UnsupportedError } from '../../shared/errors.js';
import { preNorm } from '../block-steps.js';
import { buildFamily } from '../builder.js';
import type { ConfigFields } from '../config-fields.js';
import { graniteFactors } from './granite.js';
import { LLAMA_ATTENTION, LLAMA_BUILD } from './llama-build.js';

/** @throws UnsupportedError for layers that are not attention */
function refuseHybrids(config: ConfigFields): void {
  const key = config.has('layer_types') ? 'layer_types' : 'layers_block_type';
  const other = (config.texts(key) ?? ['mamba']).find((type) => !/^(?:full_)?attention$/.test(type));
  if (other === undefined) return;
  throw new UnsupportedError(
    `Layers of the kind "${other.slice(0, 40)}" are not converted: only attention is.`,
    {
      file: config.file,
      field: key,
      code: 'family',
      remedy: 'Use a model of the family whose layers are all attention, such as granite-4.0-350m.',
    },
  );
}

export const granite4 = buildFamily({
  ...LLAMA_BUILD,
  name: 'granite4',
  label: 'Granite 4 without experts and Mamba (GraniteMoeHybridForCausalLM)',
  modelTypes: ['granitemoehybrid'],
  architectures: ['GraniteMoeHybridForCausalLM'],
  baseArchitectures: ['GraniteMoeHybridModel'],
  keys: { ...LLAMA_BUILD.keys, width: 'shared_intermediate_size' },
  // Those of transformers' GraniteMoeHybridConfig.
  defaults: { maxPositions: 2048, normEpsilon: 1e-6, kvHeads: null, function: 'silu', bos: 1, eos: 2 },
  traits: ({ config }) => {
    refuseHybrids(config);
    return {
      attentionBias: config.boolean('attention_bias', false),
      rotaries: config.optionalText('position_embedding_type') === 'rope' ? [{}] : [],
      ...graniteFactors(config),
    };
  },
  steps: preNorm(['input_layernorm', 'post_attention_layernorm'], LLAMA_ATTENTION, {
    kind: 'mlp',
    mlp: 'gated',
    up: 'shared_mlp.input_linear',
    fused: true,
    down: 'shared_mlp.output_linear',
  }),
});
