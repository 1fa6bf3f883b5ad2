/** Starcoder2ForCausalLM: Llama's names with layer norms, biases and a plain feed-forward. */
import { preNorm } from '../block-steps.js';
import { buildFamily } from '../builder.js';
import { eachLayer, readWindow } from '../layers.js';
import { GPT2_MLP } from './gpt2-build.js';
import { LLAMA_ATTENTION, LLAMA_BUILD } from './llama-build.js';

export const starcoder2 = buildFamily({
  ...LLAMA_BUILD,
  name: 'starcoder2',
  label: 'StarCoder 2 (Starcoder2ForCausalLM)',
  modelTypes: ['starcoder2'],
  architectures: ['Starcoder2ForCausalLM'],
  baseArchitectures: ['Starcoder2Model'],
  norm: 'layer',
  keys: { ...LLAMA_BUILD.keys, normEpsilon: 'norm_epsilon' },
  // Those of transformers' Starcoder2Config.
  defaults: {
    maxPositions: 4096,
    normEpsilon: 1e-5,
    kvHeads: 2,
    function: 'gelu_pytorch_tanh',
    tied: true,
    bos: 50_256,
    eos: 50_256,
  },
  traits: ({ config }) => {
    const hasBias = config.boolean('use_bias', true);
    return {
      attentionBias: hasBias,
      mlpBias: hasBias,
      normBias: true,
      layer: eachLayer({ window: readWindow(config, null) }),
    };
  },
  steps: preNorm(['input_layernorm', 'post_attention_layernorm'], LLAMA_ATTENTION, GPT2_MLP),
});
