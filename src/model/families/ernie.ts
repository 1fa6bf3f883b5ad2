/** Ernie4_5ForCausalLM: Llama's build whose rotary pairs are neighbours. */
import { buildFamily } from '../builder.js';
import { LLAMA_BUILD } from './llama-build.js';

export const ernie = buildFamily({
  ...LLAMA_BUILD,
  name: 'ernie',
  label: 'ERNIE 4.5 without experts (Ernie4_5ForCausalLM)',
  modelTypes: ['ernie4_5'],
  architectures: ['Ernie4_5ForCausalLM', 'Ernie4_5_ForCausalLM'],
  baseArchitectures: ['Ernie4_5Model'],
  // Those of transformers' Ernie4_5Config.
  defaults: {
    maxPositions: 131_072,
    normEpsilon: 1e-5,
    kvHeads: 2,
    headDim: 128,
    function: 'silu',
    tied: true,
    bos: 1,
    eos: 2,
  },
  traits: ({ config }) => {
    const hasBias = config.boolean('use_bias', false);
    return { attentionBias: hasBias, mlpBias: hasBias, neighbours: true, rotaries: [{ theta: 5e5 }] };
  },
});
