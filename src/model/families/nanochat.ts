/** NanoChatForCausalLM: norms without gains, a squared relu, heads turned by minus the angle and normalized afterwards. */
import { preNorm } from '../block-steps.js';
import { buildFamily } from '../builder.js';
import { LLAMA_ATTENTION, LLAMA_BUILD } from './llama-build.js';

export const nanochat = buildFamily({
  ...LLAMA_BUILD,
  name: 'nanochat',
  label: 'nanochat (NanoChatForCausalLM)',
  modelTypes: ['nanochat'],
  architectures: ['NanoChatForCausalLM'],
  baseArchitectures: ['NanoChatModel'],
  // Those of transformers' NanoChatConfig.
  defaults: { maxPositions: 2048, normEpsilon: 1e-6, kvHeads: null, function: 'relu2', bos: 0, eos: 1 },
  traits: ({ config }) => ({
    attentionBias: config.boolean('attention_bias', false),
    bareNorms: true,
    embeddingNorm: 'norm',
    rotaries: [{ reversed: true }],
    headNorm: {
      kind: 'rms',
      over: 'head',
      turned: true,
      stored: 'none',
      query: 'self_attn.q_norm',
      key: 'self_attn.k_norm',
    },
    logitCap: config.has('final_logit_softcapping')
      ? config.optionalNumber('final_logit_softcapping', { min: 1e-3, max: 1e6 })
      : 15,
  }),
  steps: preNorm(['input_layernorm', 'post_attention_layernorm'], LLAMA_ATTENTION, {
    kind: 'mlp',
    mlp: 'plain',
    up: 'mlp.fc1',
    down: 'mlp.fc2',
  }),
});
