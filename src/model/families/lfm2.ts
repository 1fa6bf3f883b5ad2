/** Lfm2ForCausalLM: layers with a short convolution in place of the attention, between those that attend. */
import { preNorm } from '../block-steps.js';
import { buildFamily } from '../builder.js';
import type { ConfigFields } from '../config-fields.js';
import type { HeadNormTable } from '../family-table.js';
import { PACKAGE_LIMITS } from '../../schema/limits.js';
import { LLAMA_ATTENTION, LLAMA_BUILD } from './llama-build.js';

const NORMS = ['operator_norm', 'ffn_norm'] as const;
const HEAD_NORM: HeadNormTable = {
  kind: 'rms',
  over: 'head',
  query: 'self_attn.q_layernorm',
  key: 'self_attn.k_layernorm',
};
const mlp = {
  kind: 'mlp',
  mlp: 'gated',
  gate: 'feed_forward.w1',
  up: 'feed_forward.w3',
  down: 'feed_forward.w2',
} as const;
const attends = preNorm(NORMS, { ...LLAMA_ATTENTION, output: 'self_attn.out_proj' }, mlp);
const convolves = preNorm(
  NORMS,
  { kind: 'conv', input: 'conv.in_proj', taps: 'conv.conv', output: 'conv.out_proj' },
  mlp,
);

/** Which layers attend: as `layer_types` lists them, or by the numbers of older configs; all where neither is there. */
function attendingLayers(config: ConfigFields): (layer: number) => boolean {
  const types = config.texts('layer_types');
  if (types === null) {
    const numbers = config.isSet('full_attn_idxs') ? config.numbers('full_attn_idxs') : null;
    return (layer) => numbers?.includes(layer) ?? true;
  }
  const other = types.find((type) => type !== 'conv' && type !== 'full_attention');
  if (other !== undefined) throw config.wrong('layer_types', 'a list of "conv" and "full_attention"', other);
  return (layer) => types[layer] !== 'conv';
}

/** Two thirds of the width that the config says, times a factor, up to a multiple. */
function adjustedWidth(config: ConfigFields): ((configured: number) => number) | undefined {
  if (!config.boolean('block_auto_adjust_ff_dim', true)) return undefined;
  const factor = config.has('block_ffn_dim_multiplier')
    ? config.optionalNumber('block_ffn_dim_multiplier', { min: 1e-3, max: 1e3 })
    : 1;
  const multiple = config.integer('block_multiple_of', 256, { min: 1, max: 1 << 16 });
  return (configured) => {
    const share = Math.trunc((2 * configured) / 3);
    return factor === null ? share : multiple * Math.ceil(Math.trunc(factor * share) / multiple);
  };
}

export const lfm2 = buildFamily({
  ...LLAMA_BUILD,
  name: 'lfm2',
  label: 'LFM2 (Lfm2ForCausalLM)',
  modelTypes: ['lfm2'],
  architectures: ['Lfm2ForCausalLM'],
  baseArchitectures: ['Lfm2Model'],
  // Where both are there, transformers takes the older key.
  keys: { ...LLAMA_BUILD.keys, normEpsilon: 'norm_eps', width: 'block_ff_dim', tied: 'tie_embedding' },
  aliases: { block_ff_dim: ['intermediate_size'], tie_embedding: ['tie_word_embeddings'] },
  names: { ...LLAMA_BUILD.names, finalNorm: 'embedding_norm' },
  // Those of transformers' Lfm2Config.
  defaults: {
    maxPositions: 128_000,
    normEpsilon: 1e-5,
    kvHeads: 8,
    function: 'silu',
    tied: true,
    width: () => 12_288,
    bos: 1,
    eos: 2,
  },
  traits: ({ config }) => {
    const isAttending = attendingLayers(config);
    const width = adjustedWidth(config);
    return {
      headNorm: HEAD_NORM,
      convBias: config.boolean('conv_bias', false),
      taps: {
        count: config.integer('conv_L_cache', 3, { min: 2, max: PACKAGE_LIMITS.taps }),
        key: 'conv_L_cache',
      },
      layer: (layer) => ({ steps: isAttending(layer) ? attends : convolves }),
      rotaries: [{ theta: 1e6 }],
      ...(width === undefined ? {} : { width }),
    };
  },
  steps: attends,
});
