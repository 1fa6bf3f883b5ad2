/** What nanoGPT trains: GPT-2 with matrices as `[out, in]`, the exact gelu, and biases only where they are asked for. */
import { buildFamily } from '../builder.js';
import { preNorm } from '../block-steps.js';
import { GPT2_BUILD, GPT2_DEFAULTS, GPT2_MLP } from './gpt2-build.js';

export const nanoGpt = buildFamily({
  ...GPT2_BUILD,
  name: 'nanogpt',
  label: 'nanoGPT (its ckpt.pt)',
  modelTypes: ['nanogpt'],
  architectures: ['NanoGPT'],
  baseArchitectures: [],
  keys: { ...GPT2_BUILD.keys, maxPositions: 'block_size' },
  defaults: { ...GPT2_DEFAULTS, maxPositions: 1024, function: 'gelu' },
  // Older checkpoints do not say whether they have biases.
  traits: ({ stores }) => ({
    attentionBias: stores('attn.c_attn.bias'),
    mlpBias: stores('mlp.c_fc.bias'),
    normBias: stores('ln_1.bias'),
    rotaries: [],
    learned: { offset: 0 },
  }),
  steps: preNorm(
    ['ln_1', 'ln_2'],
    { kind: 'attention', fused: 'attn.c_attn', order: 'parts', output: 'attn.c_proj' },
    GPT2_MLP,
  ),
});
