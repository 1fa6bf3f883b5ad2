/** MiniMindForCausalLM: MiniMind 2 in Llama's layout and MiniMind 3 in Qwen 3's, which its tensors tell. */
import { buildFamily } from '../builder.js';
import { LLAMA_BUILD } from './llama-build.js';
import { QWEN3_HEAD_NORM } from './qwen3.js';

export const minimind = buildFamily({
  ...LLAMA_BUILD,
  name: 'minimind',
  label: 'MiniMind 2 and 3 (MiniMindForCausalLM)',
  modelTypes: ['minimind'],
  architectures: ['MiniMindForCausalLM'],
  baseArchitectures: ['MiniMindModel'],
  // Those of MiniMindConfig, which is the model's own code.
  defaults: {
    maxPositions: 32_768,
    normEpsilon: 1e-5,
    kvHeads: null,
    function: 'silu',
    tied: true,
    // Eight thirds, up to a multiple of 64.
    width: (hiddenSize) => 64 * Math.ceil(Math.floor((hiddenSize * 8) / 3) / 64),
    bos: 1,
    eos: 2,
  },
  traits: ({ stores }) => ({
    headNorm: stores('self_attn.q_norm.weight') ? QWEN3_HEAD_NORM : null,
    rotaries: [{ theta: 1e6 }],
  }),
});
