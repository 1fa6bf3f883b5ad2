/**
 * The architectures of GGUF that belong to families which are converted. What each changes of the original weights and leaves
 * out of its configuration is told by llama.cpp's convert_hf_to_gguf.py; what it computes in place of what is left out, by the
 * graphs of llama.cpp.
 */
import { UnsupportedError } from '../../shared/errors.js';
import type { JsonValue } from '../../source/strict-json.js';
import type { ConfigNames, GgufArchitecture, Sizes } from './architecture.js';
import type { Metadata } from './metadata.js';
import { objectOf } from '../sentencepiece.js';
import {
  BEHIND,
  BLOOM_NAMES,
  GPT2_NAMES,
  LLAMA_NAMES,
  MPT_NAMES,
  NEOX_NAMES,
  type SplitName,
  type TensorNames,
} from './tensor-names.js';

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

const withLayer = (names: TensorNames, layer: TensorNames['layer']): TensorNames => ({
  ...names,
  layer: { ...names.layer, ...layer },
});

/** Whether the first layer has a tensor. */
const inFirst = (metadata: Metadata, name: string): boolean => metadata.tensor(`blk.0.${name}`) !== undefined;

/** Biases as they are stored. */
function biases(metadata: Metadata): Record<string, JsonValue> {
  return {
    attention_bias: inFirst(metadata, 'attn_q.bias') || inFirst(metadata, 'attn_output.bias'),
    mlp_bias: inFirst(metadata, 'ffn_up.bias'),
  };
}

/** @returns the number of a key, under a key of config.json, where there is one */
function factor(metadata: Metadata, key: string, name: string): Record<string, JsonValue> {
  const value = metadata.number(metadata.own(key));
  return value === null ? {} : { [name]: value };
}

/** The factors of Granite and MiniCPM. Without that of the scores they are divided by the root of the head size. */
function granite(metadata: Metadata, { headDim }: Sizes): Record<string, JsonValue> {
  const key = metadata.own('rope.scaling.finetuned');
  if (metadata.flag(key) === false) {
    throw new UnsupportedError('Nothing rotates in this model of Granite, which is not read from GGUF.', {
      file: metadata.file,
      field: key,
      code: 'family',
      remedy: 'Take the folder of the original model.',
    });
  }
  return {
    attention_multiplier: headDim ** -0.5,
    ...factor(metadata, 'attention.scale', 'attention_multiplier'),
    ...factor(metadata, 'embedding_scale', 'embedding_multiplier'),
    ...factor(metadata, 'residual_scale', 'residual_multiplier'),
    ...factor(metadata, 'logit_scale', 'logits_scaling'),
    ...biases(metadata),
  };
}

const GEMMA_SHIFT = -1;
const GEMMA_NAMES: TensorNames = { ...LLAMA_NAMES, gainOffset: GEMMA_SHIFT };
const GEMMA2_NAMES = withLayer(GEMMA_NAMES, { ...BEHIND, ffn_norm: 'pre_feedforward_layernorm' });

/** The largest of Gemma 2 and 3, of which the head size does not say what scores are divided by. */
const LARGEST_GEMMA: Readonly<Record<string, number>> = { gemma2: 46, gemma3: 62 };

/** The factor on scores, which GGUF leaves to who computes: by the head size, but in the largest by the width. */
function gemmaScores(
  metadata: Metadata,
  { hiddenSize, layers, heads, headDim }: Sizes,
): Record<string, JsonValue> {
  const isLargest = LARGEST_GEMMA[metadata.architecture] === layers;
  const window = metadata.number(metadata.own('attention.sliding_window'));
  const cap = (key: string, name: string): Record<string, JsonValue> => ({
    [name]: metadata.number(metadata.own(key)),
  });
  return {
    query_pre_attn_scalar: isLargest ? hiddenSize / heads : headDim,
    ...cap('attn_logit_softcapping', 'attn_logit_softcapping'),
    ...cap('final_logit_softcapping', 'final_logit_softcapping'),
    ...(window === null ? {} : { sliding_window: window }),
    ...layerTypes(metadata, layers),
  };
}

/** Which layers have a window, where the file says it. */
function layerTypes(metadata: Metadata, layers: number): Record<string, JsonValue> {
  const key = metadata.own('attention.sliding_window_pattern');
  const types = (slides: (layer: number) => boolean): Record<string, JsonValue> => ({
    layer_types: Array.from({ length: layers }, (_, layer) =>
      slides(layer) ? 'sliding_attention' : 'full_attention',
    ),
  });
  // Models of Gemma 3 without windows leave out how wide they are; of Gemma 2, older writers did.
  if (metadata.architecture === 'gemma3' && !metadata.has(metadata.own('attention.sliding_window')))
    return types(() => false);
  if (metadata.isList(key)) {
    const pattern = metadata.list(key)?.booleans() ?? [];
    return types((layer) => pattern[layer] === true);
  }
  const every = metadata.number(key);
  return every === null ? {} : types((layer) => (layer + 1) % every !== 0);
}

/** Query, key and value of Phi, which older files have in one tensor. */
function phiNames(metadata: Metadata): TensorNames {
  const names = withLayer(LLAMA_NAMES, {
    attn_output: 'self_attn.dense',
    ffn_up: 'mlp.fc1',
    ffn_down: 'mlp.fc2',
  });
  const split = (tensor: { readonly shape: readonly number[] }): readonly SplitName[] => {
    const rows = (tensor.shape[0] ?? 0) / 3;
    return ['q_proj', 'k_proj', 'v_proj'].map((name) => ({ name: `self_attn.${name}`, rows }));
  };
  return {
    ...names,
    whole: { ...names.whole, output_norm: 'model.final_layernorm' },
    ...(inFirst(metadata, 'attn_qkv.weight') ? { split: { attn_qkv: split } } : {}),
  };
}

/** The norms of StableLM's heads, which are a vector each to transformers. */
function stablelmNames(): TensorNames {
  const heads =
    (name: string) =>
    (tensor: { readonly shape: readonly number[] }): readonly SplitName[] =>
      Array.from({ length: Math.min(tensor.shape[0] ?? 0, MAX_HEADS) }, (_, head) => ({
        name: `self_attn.${name}.norms.${head}`,
        rows: 1,
        isVector: true,
      }));
  return { ...LLAMA_NAMES, split: { attn_q_norm: heads('q_layernorm'), attn_k_norm: heads('k_layernorm') } };
}

/** Heads of a layer, more than any has. */
const MAX_HEADS = 1024;

/** Falcon's layouts, which the tensors tell. */
function falconFields(metadata: Metadata): Record<string, JsonValue> {
  if (inFirst(metadata, 'attn_qkv.bias')) {
    throw new UnsupportedError(
      'It is a Falcon of the first layout (RW), of which GGUF leaves out too much.',
      {
        file: metadata.file,
        code: 'family',
        remedy: 'Take the folder of the original model.',
      },
    );
  }
  const groups = metadata.number(metadata.own('attention.head_count_kv')) ?? 1;
  const hasTwo = inFirst(metadata, 'attn_norm_2.weight');
  return {
    num_kv_heads: groups,
    multi_query: true,
    new_decoder_architecture: groups > 1 || hasTwo,
    num_ln_in_parallel_attn: hasTwo ? 2 : 1,
    parallel_attn: true,
    alibi: false,
    bias: false,
  };
}

function falconNames(metadata: Metadata): TensorNames {
  const hasTwo = inFirst(metadata, 'attn_norm_2.weight');
  return hasTwo ? withLayer(BLOOM_NAMES, { attn_norm: 'ln_mlp', attn_norm_2: 'ln_attn' }) : BLOOM_NAMES;
}

function mptFields(metadata: Metadata): Record<string, JsonValue> {
  const most = metadata.number(metadata.own('attention.max_alibi_bias')) ?? 0;
  const attention: Record<string, JsonValue> = {
    alibi: most > 0,
    ...(most > 0 ? { alibi_bias_max: most } : {}),
    ...factor(metadata, 'attention.clamp_kqv', 'clip_qkv'),
  };
  return { attn_config: objectOf(attention) };
}

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
