/** MptForCausalLM: scores fall with the distance; layer norms without biases. */
import { UnsupportedError } from '../../shared/errors.js';
import { mptSlopes } from '../alibi.js';
import { preNorm } from '../block-steps.js';
import { buildFamily } from '../builder.js';
import { ConfigFields } from '../config-fields.js';
import { GPT2_BUILD, GPT2_DEFAULTS } from './gpt2-build.js';

/** @throws UnsupportedError for what transformers does not compute either */
function refuseVarieties(config: ConfigFields, attention: ConfigFields): void {
  const refuse = (field: string, problem: string): never => {
    throw new UnsupportedError(problem, {
      file: config.file,
      field,
      code: 'family',
      remedy: 'Use a model of the family without it, such as mpt-7b.',
    });
  };
  if (!attention.boolean('alibi', true))
    refuse('attn_config.alibi', 'Positions are learned, which is not computed.');
  if (attention.boolean('qk_ln', false))
    refuse('attn_config.qk_ln', 'Queries and keys are normalized, which is not computed.');
  if (!config.boolean('no_bias', true))
    refuse('no_bias', 'Matrices and norms have biases, which is not computed.');
}

export const mpt = buildFamily({
  ...GPT2_BUILD,
  name: 'mpt',
  label: 'MPT (MptForCausalLM)',
  modelTypes: ['mpt'],
  architectures: ['MptForCausalLM', 'MPTForCausalLM'],
  baseArchitectures: ['MptModel'],
  keys: {
    ...GPT2_BUILD.keys,
    hiddenSize: 'd_model',
    width: 'intermediate_size',
    layers: 'n_layers',
    heads: 'n_heads',
    maxPositions: 'max_seq_len',
  },
  aliases: {},
  names: { ...GPT2_BUILD.names, layers: 'blocks', finalNorm: 'norm_f' },
  defaults: { ...GPT2_DEFAULTS, maxPositions: 2048, function: 'gelu', bos: null, eos: null },
  traits: ({ config }) => {
    const attention =
      config.object('attn_config') ?? new ConfigFields(new Map(), config.file, 'attn_config.');
    refuseVarieties(config, attention);
    const most = attention.number('alibi_bias_max', 8, { min: 1e-3, max: 1e3 });
    const scale = attention.optionalNumber('softmax_scale', { min: 1e-6, max: 1e6 });
    return {
      rotaries: [],
      slopes: (heads) => mptSlopes(heads, most),
      clip: attention.optionalNumber('clip_qkv', { min: 1e-6, max: 1e6 }),
      ...(scale === null ? {} : { scale: () => scale }),
    };
  },
  steps: preNorm(
    ['norm_1', 'norm_2'],
    { kind: 'attention', fused: 'attn.Wqkv', order: 'parts', output: 'attn.out_proj' },
    { kind: 'mlp', mlp: 'plain', up: 'ffn.up_proj', down: 'ffn.down_proj' },
  ),
});
