/** OPTForCausalLM: OPT and Galactica; learned positions two rows further down, norms before or behind. */
import { UnsupportedError } from '../../shared/errors.js';
import { postNorm, preNorm } from '../block-steps.js';
import { buildFamily } from '../builder.js';
import type { ConfigFields } from '../config-fields.js';
import type { FamilyTraits } from '../family-table.js';
import { MAX_HIDDEN } from '../limits.js';
import { LLAMA_BUILD } from './llama-build.js';
import { GPT2_BUILD } from './gpt2-build.js';

const NORMS = ['self_attn_layer_norm', 'final_layer_norm'] as const;
const attention = {
  kind: 'attention',
  query: 'self_attn.q_proj',
  key: 'self_attn.k_proj',
  value: 'self_attn.v_proj',
  output: 'self_attn.out_proj',
} as const;
const mlp = { kind: 'mlp', mlp: 'plain', up: 'fc1', down: 'fc2' } as const;

/** @throws UnsupportedError for a model that ends without a norm, which no step computes */
function refuseMissingNorm(config: ConfigFields): void {
  if (!config.boolean('_remove_final_layer_norm', false)) return;
  throw new UnsupportedError('There is no norm behind the layers, which is not computed.', {
    file: config.file,
    field: '_remove_final_layer_norm',
    code: 'family',
    remedy: 'Use another size of the family, such as opt-125m.',
  });
}

/** Only the size of 350 M has embeddings that are narrower than its layers. */
function projected(config: ConfigFields): Pick<FamilyTraits, 'projected'> {
  const key = 'word_embed_proj_dim';
  const hidden = config.integer('hidden_size', 0);
  const width = config.integer(key, hidden, { min: 1, max: MAX_HIDDEN });
  return width === hidden ? {} : { projected: { width, key, into: 'project_in', out: 'project_out' } };
}

export const opt = buildFamily({
  ...GPT2_BUILD,
  name: 'opt',
  label: 'OPT (OPTForCausalLM: OPT, Galactica)',
  modelTypes: ['opt'],
  architectures: ['OPTForCausalLM'],
  baseArchitectures: ['OPTModel'],
  keys: {
    ...LLAMA_BUILD.keys,
    width: 'ffn_dim',
    normEpsilon: 'layer_norm_eps',
    function: 'activation_function',
  },
  aliases: {},
  names: {
    prefixes: ['model.decoder.', 'decoder.', ''],
    embedding: 'embed_tokens',
    positions: 'embed_positions',
    layers: 'layers',
    finalNorm: 'final_layer_norm',
    head: ['lm_head'],
  },
  // Those of transformers' OPTConfig; the epsilon is fixed.
  defaults: {
    maxPositions: 2048,
    normEpsilon: 1e-5,
    kvHeads: null,
    function: 'relu',
    tied: true,
    bos: 2,
    eos: 2,
  },
  traits: ({ config }) => {
    const hasBias = config.boolean('enable_bias', true);
    const isBefore = config.boolean('do_layer_norm_before', true);
    if (isBefore) refuseMissingNorm(config);
    return {
      attentionBias: hasBias,
      mlpBias: hasBias,
      normBias: true,
      ...projected(config),
      ...(config.boolean('layer_norm_elementwise_affine', true) ? {} : { bareNorms: true }),
      rotaries: [],
      learned: { offset: 2 },
      ...(isBefore ? {} : { steps: postNorm(NORMS, attention, mlp), endsWithNorm: true }),
    };
  },
  steps: preNorm(NORMS, attention, mlp),
});
