/**
 * What single architectures of GGUF leave out, or say in their own way: llama.cpp's converter tells what each changes of the
 * original weights, and the graphs of llama.cpp what they compute in place of what is left out.
 */
import { UnsupportedError } from '../../shared/errors.js';
import type { JsonValue } from '../../source/strict-json.js';
import { objectOf } from '../sentencepiece.js';
import type { Sizes } from './architecture.js';
import type { Metadata } from './metadata.js';
import { BEHIND, BLOOM_NAMES, LLAMA_NAMES, type SplitName, type TensorNames } from './tensor-names.js';

export const withLayer = (names: TensorNames, layer: TensorNames['layer']): TensorNames => ({
  ...names,
  layer: { ...names.layer, ...layer },
});

/** Whether the first layer has a tensor. */
export const inFirst = (metadata: Metadata, name: string): boolean =>
  metadata.tensor(`blk.0.${name}`) !== undefined;

/** Biases as they are stored. */
export function biases(metadata: Metadata): Record<string, JsonValue> {
  return {
    attention_bias: inFirst(metadata, 'attn_q.bias') || inFirst(metadata, 'attn_output.bias'),
    mlp_bias: inFirst(metadata, 'ffn_up.bias'),
  };
}

/** @returns the number of a key, under a key of config.json, where there is one */
export function factor(metadata: Metadata, key: string, name: string): Record<string, JsonValue> {
  const value = metadata.number(metadata.own(key));
  return value === null ? {} : { [name]: value };
}

/** The factors of Granite and MiniCPM. Without that of the scores they are divided by the root of the head size. */
export function granite(metadata: Metadata, { headDim }: Sizes): Record<string, JsonValue> {
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
export const GEMMA_NAMES: TensorNames = { ...LLAMA_NAMES, gainOffset: GEMMA_SHIFT };
export const GEMMA2_NAMES = withLayer(GEMMA_NAMES, { ...BEHIND, ffn_norm: 'pre_feedforward_layernorm' });

/** The largest of Gemma 2 and 3, of which the head size does not say what scores are divided by. */
const LARGEST_GEMMA: Readonly<Record<string, number>> = { gemma2: 46, gemma3: 62 };

/** The factor on scores, which GGUF leaves to who computes: by the head size, but in the largest by the width. */
export function gemmaScores(
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
export function layerTypes(metadata: Metadata, layers: number): Record<string, JsonValue> {
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
export function phiNames(metadata: Metadata): TensorNames {
  const names = withLayer(LLAMA_NAMES, {
    attn_output: 'self_attn.dense',
    ffn_up: 'mlp.fc1',
    ffn_down: 'mlp.fc2',
  });
  const split = ({ shape }: { readonly shape: readonly number[] }): readonly SplitName[] => {
    // Heads of the query fill the width.
    const query = metadata.number(metadata.own('embedding_length')) ?? 0;
    const rows = ((shape[0] ?? 0) - query) / 2;
    return [
      { name: 'self_attn.q_proj', rows: query },
      { name: 'self_attn.k_proj', rows },
      { name: 'self_attn.v_proj', rows },
    ];
  };
  return {
    ...names,
    whole: { ...names.whole, output_norm: 'model.final_layernorm' },
    ...(inFirst(metadata, 'attn_qkv.weight') ? { split: { attn_qkv: split } } : {}),
  };
}

/** The norms of StableLM's heads, which are a vector each to transformers. */
export function stablelmNames(): TensorNames {
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
export function falconFields(metadata: Metadata): Record<string, JsonValue> {
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

export function falconNames(metadata: Metadata): TensorNames {
  const hasTwo = inFirst(metadata, 'attn_norm_2.weight');
  return hasTwo ? withLayer(BLOOM_NAMES, { attn_norm: 'ln_mlp', attn_norm_2: 'ln_attn' }) : BLOOM_NAMES;
}

export function mptFields(metadata: Metadata): Record<string, JsonValue> {
  const most = metadata.number(metadata.own('attention.max_alibi_bias')) ?? 0;
  const attention: Record<string, JsonValue> = {
    alibi: most > 0,
    ...(most > 0 ? { alibi_bias_max: most } : {}),
    ...factor(metadata, 'attention.clamp_kqv', 'clip_qkv'),
  };
  return { attn_config: objectOf(attention) };
}
