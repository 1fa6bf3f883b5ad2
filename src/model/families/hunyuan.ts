/** HunYuanDenseV1ForCausalLM: Llama's build with norms of the heads of query and key behind their rotation. */
import { buildFamily } from '../builder.js';
import { LLAMA_BUILD } from './llama-build.js';

export const hunyuan = buildFamily({
  ...LLAMA_BUILD,
  name: 'hunyuan',
  label: 'Hunyuan without experts (HunYuanDenseV1ForCausalLM)',
  modelTypes: ['hunyuan_v1_dense'],
  architectures: ['HunYuanDenseV1ForCausalLM'],
  baseArchitectures: ['HunYuanDenseV1Model'],
  // Those of transformers' HunYuanDenseV1Config.
  defaults: { maxPositions: 2048, normEpsilon: 1e-5, kvHeads: null, function: 'silu', bos: 1, eos: 2 },
  traits: ({ config }) => ({
    attentionBias: config.boolean('attention_bias', false),
    rotaries: [{ alpha: true }],
    headNorm: {
      kind: 'rms',
      over: 'head',
      turned: true,
      query: 'self_attn.query_layernorm',
      key: 'self_attn.key_layernorm',
    },
  }),
});
