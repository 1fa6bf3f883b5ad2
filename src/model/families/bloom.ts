/** BloomForCausalLM: scores fall with the distance instead of a rotation; a norm behind the embedding. */
import { normedStream, preNorm } from '../block-steps.js';
import { alibiSlopes } from '../alibi.js';
import { buildFamily } from '../builder.js';
import { TANH_FUNCTIONS } from '../functions.js';
import { ALL_BIASES, GPT2_BUILD, GPT2_DEFAULTS } from './gpt2-build.js';

const NORMS = ['input_layernorm', 'post_attention_layernorm'] as const;
const attention = {
  kind: 'attention',
  fused: 'self_attention.query_key_value',
  order: 'groups',
  output: 'self_attention.dense',
} as const;
const mlp = { kind: 'mlp', mlp: 'plain', up: 'mlp.dense_h_to_4h', down: 'mlp.dense_4h_to_h' } as const;

export const bloom = buildFamily({
  ...GPT2_BUILD,
  name: 'bloom',
  label: 'BLOOM (BloomForCausalLM)',
  modelTypes: ['bloom'],
  architectures: ['BloomForCausalLM'],
  baseArchitectures: ['BloomModel'],
  keys: { ...GPT2_BUILD.keys, hiddenSize: 'hidden_size', maxPositions: 'seq_length' },
  aliases: {
    hidden_size: ['n_embed', 'n_embd'],
    n_layer: ['num_hidden_layers'],
    n_head: ['num_attention_heads'],
  },
  names: { ...GPT2_BUILD.names, embedding: 'word_embeddings' },
  functions: TANH_FUNCTIONS,
  defaults: { ...GPT2_DEFAULTS, maxPositions: 2048, bos: 1, eos: 2 },
  traits: ({ config }) => ({
    ...ALL_BIASES,
    rotaries: [],
    slopes: alibiSlopes,
    embeddingNorm: 'word_embeddings_layernorm',
    ...(config.boolean('apply_residual_connection_post_layernorm', false)
      ? { steps: normedStream(NORMS, attention, mlp) }
      : {}),
  }),
  steps: preNorm(NORMS, attention, mlp),
});
