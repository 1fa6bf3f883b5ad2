/** The architectures of GGUF that belong to families which are converted. */
import { UnsupportedError } from '../../shared/errors.js';
import type { ConfigNames, GgufArchitecture } from './architecture.js';
import {
  withLayer,
  inFirst,
  biases,
  factor,
  granite,
  GEMMA_NAMES,
  GEMMA2_NAMES,
  gemmaScores,
  layerTypes,
  phiNames,
  stablelmNames,
  falconFields,
  falconNames,
  mptFields,
} from './architecture-fields.js';
import { BEHIND, BLOOM_NAMES, GPT2_NAMES, LLAMA_NAMES, MPT_NAMES, NEOX_NAMES } from './tensor-names.js';

const LLAMA_KEYS: ConfigNames = {
  hiddenSize: 'hidden_size',
  width: 'intermediate_size',
  layers: 'num_hidden_layers',
  heads: 'num_attention_heads',
  kvHeads: 'num_key_value_heads',
  headDim: 'head_dim',
  positions: 'max_position_embeddings',
  epsilon: 'rms_norm_eps',
  theta: 'rope_theta',
  share: 'partial_rotary_factor',
};

/** Norms with means, under the key that most families have for their epsilon. */
const LAYER_NORM_KEYS: ConfigNames = { ...LLAMA_KEYS, epsilon: 'layer_norm_eps' };

const GPT2_KEYS: ConfigNames = {
  ...LLAMA_KEYS,
  hiddenSize: 'n_embd',
  width: 'n_inner',
  layers: 'n_layer',
  heads: 'n_head',
  positions: 'n_positions',
  epsilon: 'layer_norm_epsilon',
  theta: null,
};

const RMS = 'attention.layer_norm_rms_epsilon';
const MEAN = 'attention.layer_norm_epsilon';

/** Rows of query and key are put into the order that llama.cpp rotates by. */
const PERMUTED = { neighbours: 'everywhere' } as const;

/** Rows of query, key and value were taken apart. */
const PARTS = { fused: 'parts' } as const;

type Row = Pick<GgufArchitecture, 'names' | 'architecture' | 'modelType'> & Partial<GgufArchitecture>;

/** An architecture in Llama's build; what is not said is as there. */
const like = (row: Row): GgufArchitecture => ({
  keys: LLAMA_KEYS,
  epsilon: RMS,
  tensors: () => LLAMA_NAMES,
  ...row,
});

/** Every architecture that is read. */
export const ARCHITECTURES: readonly GgufArchitecture[] = [
  like({
    names: ['llama'],
    architecture: 'LlamaForCausalLM',
    modelType: 'llama',
    layout: PERMUTED,
    fields: biases,
  }),
  like({ names: ['qwen2'], architecture: 'Qwen2ForCausalLM', modelType: 'qwen2' }),
  like({ names: ['qwen3'], architecture: 'Qwen3ForCausalLM', modelType: 'qwen3', fields: biases }),
  like({
    names: ['gemma'],
    architecture: 'GemmaForCausalLM',
    modelType: 'gemma',
    tied: true,
    tensors: () => GEMMA_NAMES,
  }),
  like({
    names: ['gemma2'],
    architecture: 'Gemma2ForCausalLM',
    modelType: 'gemma2',
    tied: true,
    tensors: () => GEMMA2_NAMES,
    fields: gemmaScores,
  }),
  like({
    names: ['gemma3'],
    architecture: 'Gemma3ForCausalLM',
    modelType: 'gemma3_text',
    tied: true,
    tensors: () => GEMMA2_NAMES,
    fields: (metadata, sizes) => ({
      rope_local_base_freq: metadata.number(metadata.own('rope.freq_base_swa')) ?? 10_000,
      ...gemmaScores(metadata, sizes),
    }),
  }),
  like({
    names: ['phi3'],
    architecture: 'Phi3ForCausalLM',
    modelType: 'phi3',
    tensors: () => withLayer(LLAMA_NAMES, { attn_qkv: 'self_attn.qkv_proj', ffn_up: 'mlp.gate_up_proj' }),
    layout: PARTS,
    fields: (metadata) => {
      const window = metadata.number(metadata.own('attention.sliding_window')) ?? 0;
      return { sliding_window: window > 0 ? window : null };
    },
  }),
  like({
    names: ['granite'],
    architecture: 'GraniteForCausalLM',
    modelType: 'granite',
    layout: PERMUTED,
    fields: granite,
  }),
  // The same factors under other names; transformers has no class of its own for it.
  like({
    names: ['minicpm'],
    architecture: 'GraniteForCausalLM',
    modelType: 'granite',
    layout: PERMUTED,
    fields: granite,
  }),
  like({
    names: ['smollm3'],
    architecture: 'SmolLM3ForCausalLM',
    modelType: 'smollm3',
    tied: true,
    layout: PERMUTED,
    fields: biases,
  }),
  like({
    names: ['ernie4_5'],
    architecture: 'Ernie4_5ForCausalLM',
    modelType: 'ernie4_5',
    tied: true,
    fields: (metadata) => ({ use_bias: inFirst(metadata, 'attn_output.bias') }),
  }),
  like({
    names: ['hunyuan-dense'],
    architecture: 'HunYuanDenseV1ForCausalLM',
    modelType: 'hunyuan_v1_dense',
    tensors: () =>
      withLayer(LLAMA_NAMES, {
        attn_q_norm: 'self_attn.query_layernorm',
        attn_k_norm: 'self_attn.key_layernorm',
      }),
    fields: biases,
  }),
  like({
    names: ['olmo'],
    architecture: 'OlmoForCausalLM',
    modelType: 'olmo',
    keys: LAYER_NORM_KEYS,
    epsilon: MEAN,
    layout: PERMUTED,
    fields: (metadata) => factor(metadata, 'attention.clamp_kqv', 'clip_qkv'),
  }),
  like({
    names: ['olmo2'],
    architecture: 'Olmo2ForCausalLM',
    modelType: 'olmo2',
    tensors: () => withLayer(LLAMA_NAMES, BEHIND),
    fields: (metadata) => {
      const key = metadata.own('attention.sliding_window');
      if (metadata.has(key)) {
        throw new UnsupportedError('It is an OLMo 3, whose layers have windows, which is not converted.', {
          file: metadata.file,
          field: key,
          code: 'family',
          remedy: 'Use a model of OLMo 2.',
        });
      }
      return {};
    },
  }),
  like({
    names: ['command-r'],
    architecture: 'CohereForCausalLM',
    modelType: 'cohere',
    keys: LAYER_NORM_KEYS,
    epsilon: MEAN,
    tied: true,
    fields: (metadata) => ({
      use_qk_norm: inFirst(metadata, 'attn_q_norm.weight'),
      ...factor(metadata, 'logit_scale', 'logit_scale'),
    }),
  }),
  like({
    names: ['cohere2'],
    architecture: 'Cohere2ForCausalLM',
    modelType: 'cohere2',
    keys: LAYER_NORM_KEYS,
    epsilon: MEAN,
    tied: true,
    fields: (metadata, { layers }) => ({
      ...factor(metadata, 'logit_scale', 'logit_scale'),
      ...factor(metadata, 'attention.sliding_window', 'sliding_window'),
      ...layerTypes(metadata, layers),
    }),
  }),
  like({
    names: ['starcoder2'],
    architecture: 'Starcoder2ForCausalLM',
    modelType: 'starcoder2',
    keys: { ...LLAMA_KEYS, epsilon: 'norm_epsilon' },
    epsilon: MEAN,
    tied: true,
    tensors: () => withLayer(LLAMA_NAMES, { ffn_up: 'mlp.c_fc', ffn_down: 'mlp.c_proj' }),
    fields: (metadata) => ({ use_bias: inFirst(metadata, 'attn_output.bias'), sliding_window: null }),
  }),
  like({
    names: ['stablelm'],
    architecture: 'StableLmForCausalLM',
    modelType: 'stablelm',
    keys: LAYER_NORM_KEYS,
    epsilon: MEAN,
    tensors: stablelmNames,
    // What is stored counts: the key is true in files of models without it.
    fields: (metadata) => ({
      use_qkv_bias: inFirst(metadata, 'attn_q.bias'),
      qk_layernorm: inFirst(metadata, 'attn_q_norm.weight'),
      use_parallel_residual: !inFirst(metadata, 'ffn_norm.weight'),
    }),
  }),
  like({
    names: ['phi2'],
    architecture: 'PhiForCausalLM',
    modelType: 'phi',
    keys: LAYER_NORM_KEYS,
    epsilon: MEAN,
    tensors: phiNames,
  }),
  like({
    names: ['gpt2'],
    architecture: 'GPT2LMHeadModel',
    modelType: 'gpt2',
    keys: GPT2_KEYS,
    epsilon: MEAN,
    tied: true,
    layout: { transposed: false },
    tensors: () => GPT2_NAMES,
  }),
  like({
    names: ['starcoder'],
    architecture: 'GPTBigCodeForCausalLM',
    modelType: 'gpt_bigcode',
    keys: GPT2_KEYS,
    epsilon: MEAN,
    tied: true,
    tensors: () => GPT2_NAMES,
    fields: () => ({ multi_query: true }),
  }),
  like({
    names: ['gptneox'],
    architecture: 'GPTNeoXForCausalLM',
    modelType: 'gpt_neox',
    keys: { ...LAYER_NORM_KEYS, theta: 'rotary_emb_base', share: 'rotary_pct' },
    epsilon: MEAN,
    layout: PARTS,
    tensors: () => NEOX_NAMES,
    fields: (metadata) => ({
      use_parallel_residual: metadata.flag(metadata.own('use_parallel_residual')) ?? true,
      attention_bias: inFirst(metadata, 'attn_qkv.bias'),
    }),
  }),
  like({
    names: ['bloom'],
    architecture: 'BloomForCausalLM',
    modelType: 'bloom',
    keys: { ...GPT2_KEYS, hiddenSize: 'hidden_size', positions: 'seq_length' },
    epsilon: MEAN,
    tied: true,
    layout: PARTS,
    tensors: () => BLOOM_NAMES,
  }),
  like({
    names: ['falcon'],
    architecture: 'FalconForCausalLM',
    modelType: 'falcon',
    keys: { ...LLAMA_KEYS, width: 'ffn_hidden_size', kvHeads: 'num_kv_heads', epsilon: 'layer_norm_epsilon' },
    epsilon: MEAN,
    tied: true,
    layout: PARTS,
    tensors: falconNames,
    fields: falconFields,
  }),
  like({
    names: ['mpt'],
    architecture: 'MptForCausalLM',
    modelType: 'mpt',
    keys: {
      ...GPT2_KEYS,
      hiddenSize: 'd_model',
      width: 'intermediate_size',
      layers: 'n_layers',
      heads: 'n_heads',
      positions: 'max_seq_len',
    },
    epsilon: MEAN,
    tied: true,
    tensors: () => MPT_NAMES,
    fields: mptFields,
  }),
];
