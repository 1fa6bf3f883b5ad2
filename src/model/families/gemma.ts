/** GemmaForCausalLM: the first generation. */
import { buildFamily } from '../builder.js';
import { TANH_FUNCTIONS } from '../functions.js';
import { GEMMA_BUILD, GEMMA_DEFAULTS, GEMMA_TRAITS } from './gemma-build.js';

export const gemma = buildFamily({
  ...GEMMA_BUILD,
  name: 'gemma',
  label: 'Gemma 1 (GemmaForCausalLM)',
  modelTypes: ['gemma'],
  architectures: ['GemmaForCausalLM'],
  baseArchitectures: ['GemmaModel'],
  functions: TANH_FUNCTIONS,
  defaults: { ...GEMMA_DEFAULTS, kvHeads: 16 },
  traits: ({ config }) => ({
    ...GEMMA_TRAITS,
    attentionBias: config.boolean('attention_bias', false),
  }),
});
