/** GPTJForCausalLM: attention and feed-forward side by side from one norm, rotary pairs that are neighbours. */
import { parallel } from '../block-steps.js';
import { buildFamily } from '../builder.js';
import { GPT2_BUILD, GPT2_DEFAULTS } from './gpt2-build.js';

export const gptj = buildFamily({
  ...GPT2_BUILD,
  name: 'gptj',
  label: 'GPT-J (GPTJForCausalLM)',
  modelTypes: ['gptj'],
  architectures: ['GPTJForCausalLM'],
  baseArchitectures: ['GPTJModel'],
  defaults: { ...GPT2_DEFAULTS, maxPositions: 2048, tied: false },
  traits: () => ({
    mlpBias: true,
    normBias: true,
    headBias: true,
    neighbours: true,
    rotaries: [{ partial: 1, dimKey: 'rotary_dim', dim: 64 }],
  }),
  steps: parallel(
    ['ln_1'],
    {
      kind: 'attention',
      query: 'attn.q_proj',
      key: 'attn.k_proj',
      value: 'attn.v_proj',
      output: 'attn.out_proj',
    },
    { kind: 'mlp', mlp: 'plain', up: 'mlp.fc_in', down: 'mlp.fc_out' },
  ),
});
