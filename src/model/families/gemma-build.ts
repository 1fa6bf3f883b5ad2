/** What Gemma's generations share: gains as distances from 1, scaled embeddings, a gelu with a tangent. */
import type { ConfigFields } from '../config-fields.js';
import { sandwich } from '../block-steps.js';
import type { FamilyTable, FamilyTraits } from '../family-table.js';
import { LLAMA_ATTENTION, LLAMA_BUILD, LLAMA_MLP } from './llama-build.js';

export const GEMMA_BUILD = {
  ...LLAMA_BUILD,
  keys: { ...LLAMA_BUILD.keys, function: 'hidden_activation' },
  aliases: { hidden_activation: ['hidden_act'] },
  gainOffset: 1,
} as const satisfies Partial<FamilyTable>;

/** Those of transformers' configs. */
export const GEMMA_DEFAULTS = {
  maxPositions: 8192,
  normEpsilon: 1e-6,
  headDim: 256,
  function: 'gelu_pytorch_tanh',
  tied: true,
  bos: 2,
  eos: 1,
} as const;

export const GEMMA_TRAITS: FamilyTraits = { embeddingScale: Math.sqrt };

/** Of the second generation and later. */
export const GEMMA_SANDWICH = sandwich(
  ['input_layernorm', 'post_attention_layernorm', 'pre_feedforward_layernorm', 'post_feedforward_layernorm'],
  LLAMA_ATTENTION,
  LLAMA_MLP,
);

/** What scales scores in place of the head size, and what caps them and the logits. */
export function gemmaScores(
  config: ConfigFields,
  caps: { readonly scores: number | null; readonly logits: number | null },
): FamilyTraits {
  const scalar = config.number('query_pre_attn_scalar', 256, { min: 1e-6, max: 1e6 });
  const cap = (key: string, fallback: number | null): number | null =>
    config.has(key) ? config.optionalNumber(key, { min: 1e-3, max: 1e6 }) : fallback;
  return {
    scale: () => scalar ** -0.5,
    scoreCap: cap('attn_logit_softcapping', caps.scores),
    logitCap: cap('final_logit_softcapping', caps.logits),
  };
}
