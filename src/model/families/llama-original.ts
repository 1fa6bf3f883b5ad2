/** Llama under the names of its first code, which llama2.c trains: rotary pairs are neighbours. */
import { buildFamily } from '../builder.js';
import { preNorm } from '../block-steps.js';
import { LLAMA_BUILD } from './llama-build.js';

export const llamaOriginal = buildFamily({
  ...LLAMA_BUILD,
  name: 'llama-original',
  label: 'Llama as llama2.c trains it (its ckpt.pt)',
  modelTypes: ['llama2c'],
  architectures: ['Llama2c'],
  baseArchitectures: [],
  keys: {
    ...LLAMA_BUILD.keys,
    hiddenSize: 'dim',
    width: 'hidden_dim',
    layers: 'n_layers',
    heads: 'n_heads',
    kvHeads: 'n_kv_heads',
    normEpsilon: 'norm_eps',
    maxPositions: 'max_seq_len',
  },
  names: {
    prefixes: [''],
    embedding: 'tok_embeddings',
    layers: 'layers',
    finalNorm: 'norm',
    head: ['output'],
  },
  defaults: {
    maxPositions: 2048,
    normEpsilon: 1e-5,
    kvHeads: null,
    function: 'silu',
    tied: true,
    bos: 1,
    eos: 2,
  },
  traits: () => ({ neighbours: true }),
  steps: preNorm(
    ['attention_norm', 'ffn_norm'],
    {
      kind: 'attention',
      query: 'attention.wq',
      key: 'attention.wk',
      value: 'attention.wv',
      output: 'attention.wo',
    },
    { kind: 'mlp', mlp: 'gated', gate: 'feed_forward.w1', up: 'feed_forward.w3', down: 'feed_forward.w2' },
  ),
  unknown: [],
});
