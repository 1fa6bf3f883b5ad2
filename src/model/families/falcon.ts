/** FalconForCausalLM in its three layouts: Falcon 7B, the grouped one of 40B and Falcon 2, and the first (RW). */
import { alibiSlopes, roundToBFloat16 } from '../alibi.js';
import { parallel, preNorm } from '../block-steps.js';
import { buildFamily } from '../builder.js';
import type { ConfigFields } from '../config-fields.js';
import type { FamilyTraits, StepTable } from '../family-table.js';
import { FUNCTIONS } from '../functions.js';
import { LLAMA_BUILD } from './llama-build.js';

const attention = {
  kind: 'attention',
  fused: 'self_attention.query_key_value',
  order: 'groups',
  output: 'self_attention.dense',
} as const;
const mlp = { kind: 'mlp', mlp: 'plain', up: 'mlp.dense_h_to_4h', down: 'mlp.dense_4h_to_h' } as const;

function readSteps(config: ConfigFields, isGrouped: boolean): readonly StepTable[] {
  if (!config.boolean('parallel_attn', true) && !isGrouped)
    return preNorm(['input_layernorm', 'post_attention_layernorm'], attention, mlp);
  const norms = config.integer('num_ln_in_parallel_attn', isGrouped ? 2 : 1, { min: 1, max: 2 });
  return norms === 2
    ? parallel(['ln_attn', 'ln_mlp'], attention, mlp)
    : parallel(['input_layernorm'], attention, mlp);
}

/** Scores are divided with what is taken off them; the slopes were rounded to bfloat16. */
function readPositions(config: ConfigFields): FamilyTraits {
  if (!config.boolean('alibi', false)) return {};
  const headDim = config.integer('hidden_size', 1) / config.integer('num_attention_heads', 1, { min: 1 });
  return {
    rotaries: [],
    slopes: (heads) => alibiSlopes(heads).map((slope) => roundToBFloat16(slope) / Math.sqrt(headDim)),
  };
}

export const falcon = buildFamily({
  name: 'falcon',
  label: 'Falcon (FalconForCausalLM: Falcon 1 and 2, RefinedWeb)',
  modelTypes: ['falcon', 'RefinedWeb', 'RefinedWebModel'],
  architectures: ['FalconForCausalLM', 'RWForCausalLM'],
  baseArchitectures: ['FalconModel'],
  keys: {
    ...LLAMA_BUILD.keys,
    width: 'ffn_hidden_size',
    normEpsilon: 'layer_norm_epsilon',
    function: 'activation',
  },
  aliases: {
    num_hidden_layers: ['n_layer'],
    num_attention_heads: ['n_head'],
    num_kv_heads: ['n_head_kv'],
  },
  names: {
    prefixes: ['transformer.', ''],
    embedding: 'word_embeddings',
    layers: 'h',
    finalNorm: 'ln_f',
    head: ['lm_head'],
  },
  norm: 'layer',
  functions: FUNCTIONS,
  // Those of transformers' FalconConfig.
  defaults: {
    maxPositions: 2048,
    normEpsilon: 1e-5,
    kvHeads: null,
    function: 'gelu',
    tied: true,
    width: (hiddenSize) => 4 * hiddenSize,
    bos: 11,
    eos: 11,
  },
  traits: ({ config }) => {
    const isGrouped = config.boolean('new_decoder_architecture', false);
    const hasBias = config.boolean('bias', false);
    const groups = config.optionalInteger('num_kv_heads', { min: 1 });
    const shared = isGrouped ? groups : config.boolean('multi_query', true) ? 1 : null;
    return {
      attentionBias: hasBias,
      mlpBias: hasBias,
      normBias: true,
      kvHeads: (heads) => shared ?? heads,
      steps: readSteps(config, isGrouped),
      ...readPositions(config),
    };
  },
  steps: parallel(['input_layernorm'], attention, mlp),
  unknown: [],
});
