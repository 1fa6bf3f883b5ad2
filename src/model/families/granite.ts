/** GraniteForCausalLM: Llama's build with factors on embedding, scores, results and logits. */
import { buildFamily } from '../builder.js';
import type { ConfigFields } from '../config-fields.js';
import type { FamilyTraits } from '../family-table.js';
import { LLAMA_BUILD } from './llama-build.js';

const FACTOR = { min: 1e-6, max: 1e6 };

/** The four factors; that of the scores stands in place of 1 by the root of the head size, that of the logits divides. */
export function graniteFactors(config: ConfigFields): FamilyTraits {
  const embedding = config.number('embedding_multiplier', 1, FACTOR);
  const scores = config.number('attention_multiplier', 1, FACTOR);
  return {
    embeddingScale: () => embedding,
    scale: () => scores,
    resultFactor: config.number('residual_multiplier', 1, FACTOR),
    logitScale: 1 / config.number('logits_scaling', 1, FACTOR),
  };
}

export const granite = buildFamily({
  ...LLAMA_BUILD,
  name: 'granite',
  label: 'Granite 3 (GraniteForCausalLM)',
  modelTypes: ['granite'],
  architectures: ['GraniteForCausalLM'],
  baseArchitectures: ['GraniteModel'],
  // Those of transformers' GraniteConfig.
  defaults: { maxPositions: 2048, normEpsilon: 1e-6, kvHeads: null, function: 'silu', bos: 1, eos: 2 },
  traits: ({ config }) => ({
    attentionBias: config.boolean('attention_bias', false),
    mlpBias: config.boolean('mlp_bias', false),
    ...graniteFactors(config),
  }),
});
