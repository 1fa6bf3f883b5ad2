/** GPTBigCodeForCausalLM: GPT-2's layout with one key/value head, not transposed; SantaCoder and StarCoder 1. */
import { preNorm } from '../block-steps.js';
import { buildFamily } from '../builder.js';
import type { StepTable } from '../family-table.js';
import { gpt2Scale, refuseCrossAttention } from './gpt2.js';
import { ALL_BIASES, GPT2_BUILD, GPT2_DEFAULTS, GPT2_MLP } from './gpt2-build.js';

const stepsOf = (order: 'parts' | 'groups'): readonly StepTable[] =>
  preNorm(
    ['ln_1', 'ln_2'],
    { kind: 'attention', fused: 'attn.c_attn', order, output: 'attn.c_proj' },
    GPT2_MLP,
  );

export const gptBigCode = buildFamily({
  ...GPT2_BUILD,
  name: 'gpt_bigcode',
  label: 'GPT-BigCode (GPTBigCodeForCausalLM: SantaCoder, StarCoder 1)',
  modelTypes: ['gpt_bigcode'],
  architectures: ['GPTBigCodeForCausalLM'],
  baseArchitectures: ['GPTBigCodeModel'],
  defaults: { ...GPT2_DEFAULTS, maxPositions: 1024, function: 'gelu_pytorch_tanh' },
  traits: ({ config }) => {
    refuseCrossAttention(config);
    const isShared = config.boolean('multi_query', true);
    return {
      ...ALL_BIASES,
      kvHeads: isShared ? () => 1 : (heads) => heads,
      rotaries: [],
      learned: { offset: 0 },
      scale: gpt2Scale(config),
      // With a key/value head for each query head, each head has its three parts together.
      steps: stepsOf(isShared ? 'parts' : 'groups'),
    };
  },
  steps: stepsOf('parts'),
});
