/** GPTNeoForCausalLM: GPT-Neo and TinyStories; scores without a factor, layers that alternate between all tokens and a window. */
import { preNorm } from '../block-steps.js';
import { buildFamily } from '../builder.js';
import type { ConfigFields } from '../config-fields.js';
import { isLayerPattern, layersOfPattern } from '../layers.js';
import { GPT2_BUILD, GPT2_DEFAULTS, GPT2_MLP } from './gpt2-build.js';

/** The kinds of all layers: a list of them, or patterns with how often each is repeated. */
function readLayers(config: ConfigFields): readonly string[] {
  const listed = config.texts('attention_layers');
  if (listed !== null) return listed;
  const patterns = config.raw('attention_types') ?? [[['global', 'local'], 12]];
  if (!isLayerPattern(patterns))
    throw config.wrong('attention_types', 'a list of patterns and their numbers');
  return layersOfPattern(patterns);
}

export const gptNeo = buildFamily({
  ...GPT2_BUILD,
  name: 'gpt_neo',
  label: 'GPT-Neo (GPTNeoForCausalLM: GPT-Neo, TinyStories)',
  modelTypes: ['gpt_neo'],
  architectures: ['GPTNeoForCausalLM'],
  baseArchitectures: ['GPTNeoModel'],
  keys: {
    ...GPT2_BUILD.keys,
    hiddenSize: 'hidden_size',
    width: 'intermediate_size',
    layers: 'num_layers',
    heads: 'num_heads',
    maxPositions: 'max_position_embeddings',
  },
  aliases: { num_layers: ['num_hidden_layers'], num_heads: ['num_attention_heads'] },
  defaults: { ...GPT2_DEFAULTS, maxPositions: 2048 },
  traits: ({ config }) => {
    const layers = readLayers(config);
    const window = config.integer('window_size', 256, { min: 1 });
    const other = layers.find((kind) => kind !== 'global' && kind !== 'local');
    if (other !== undefined) throw config.wrong('attention_types', 'of "global" and "local"', other);
    return {
      attentionBias: false,
      outputBias: true,
      mlpBias: true,
      normBias: true,
      rotaries: [],
      learned: { offset: 0 },
      scale: () => 1,
      layer: (layer) => ({ window: layers[layer] === 'local' ? window : null }),
    };
  },
  steps: preNorm(
    ['ln_1', 'ln_2'],
    {
      kind: 'attention',
      query: 'attn.attention.q_proj',
      key: 'attn.attention.k_proj',
      value: 'attn.attention.v_proj',
      output: 'attn.attention.out_proj',
    },
    GPT2_MLP,
  ),
});
