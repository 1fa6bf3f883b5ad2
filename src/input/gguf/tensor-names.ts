/** Names of tensors: those of GGUF, which are the same in all architectures, and those of transformers, by the family. */
import type { Piece } from '../../checkpoint/gguf/gguf-checkpoint.js';
import type { GgufTensor } from '../../checkpoint/gguf/tensors.js';
import { isBlockType } from '../../checkpoint/gguf/types.js';

/** Names as transformers has them, without `.weight` and `.bias`, by those of GGUF. */
export interface TensorNames {
  /** What belongs to no layer. */
  readonly whole: Readonly<Record<string, string>>;
  /** Before the number of a layer. */
  readonly layers: string;
  /** What each layer has. */
  readonly layer: Readonly<Record<string, string>>;
  /** Added to the gains of norms. */
  readonly gainOffset?: number;
  /** A tensor that is several to transformers: its rows, or elements, for each in turn. */
  readonly split?: Readonly<Record<string, (tensor: GgufTensor) => readonly SplitName[]>>;
}

/** A part of a split tensor: its name inside the layer, and how many rows it has. */
export interface SplitName {
  readonly name: string;
  readonly rows: number;
  /** Each row is a vector. */
  readonly isVector?: true;
}

/** Tables that are computed, and factors that the configuration takes up. */
const NO_WEIGHTS = /^(?:blk\.\d+\.)?(?:rope_freqs|rope_factors_(?:long|short)|attn_rot_embd)\.weight$/;

const LAYER = /^blk\.(0|[1-9]\d{0,8})\.([a-z0-9_]+)\.(weight|bias)$/;
const WHOLE = /^([a-z0-9_]+)\.(weight|bias)$/;

/** What a tensor is to transformers; a name that is none of the architecture's stays what it is. */
export function piecesOf(tensor: GgufTensor, names: TensorNames): readonly Piece[] {
  if (NO_WEIGHTS.test(tensor.name)) return [];
  const [, layer, part = '', kind = ''] = LAYER.exec(tensor.name) ?? [];
  if (layer === undefined) {
    const [, whole = '', suffix = ''] = WHOLE.exec(tensor.name) ?? [];
    const name = known(names.whole, whole);
    return [
      { ...addition(whole, suffix, names), name: name === undefined ? tensor.name : `${name}.${suffix}` },
    ];
  }
  const inside = `${names.layers}.${layer}.`;
  const split = known(names.split ?? {}, part);
  if (split !== undefined) return splitPieces(split(tensor), inside, kind, tensor);
  const name = known(names.layer, part);
  return [
    { ...addition(part, kind, names), name: name === undefined ? tensor.name : `${inside}${name}.${kind}` },
  ];
}

function known<T>(names: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(names, key) ? names[key] : undefined;
}

function addition(part: string, kind: string, { gainOffset }: TensorNames): Pick<Piece, 'add'> {
  return gainOffset !== undefined && kind === 'weight' && part.endsWith('_norm') ? { add: gainOffset } : {};
}

/** @returns the tensor under its own name when the parts do not fill it: it is of another layout, and refused as such */
function splitPieces(
  parts: readonly SplitName[],
  inside: string,
  kind: string,
  { name: whole, shape, type }: GgufTensor,
): readonly Piece[] {
  const isWhole = parts.every(({ rows }) => Number.isInteger(rows) && rows > 0);
  const isFilled = parts.reduce((sum, { rows }) => sum + rows, 0) === shape[0];
  if (!isWhole || !isFilled || (shape.length === 1 && isBlockType(type))) return [{ name: whole }];
  let begin = 0;
  return parts.map(({ name, rows, isVector }) => {
    const end = begin + rows;
    const piece: Piece = {
      name: `${inside}${name}.${kind}`,
      rows: { begin, end },
      shape: isVector === true ? shape.slice(1) : [rows, ...shape.slice(1)],
    };
    begin = end;
    return piece;
  });
}

export const LLAMA_NAMES: TensorNames = {
  whole: { token_embd: 'model.embed_tokens', output_norm: 'model.norm', output: 'lm_head' },
  layers: 'model.layers',
  layer: {
    attn_norm: 'input_layernorm',
    attn_q: 'self_attn.q_proj',
    attn_k: 'self_attn.k_proj',
    attn_v: 'self_attn.v_proj',
    attn_output: 'self_attn.o_proj',
    attn_q_norm: 'self_attn.q_norm',
    attn_k_norm: 'self_attn.k_norm',
    ffn_norm: 'post_attention_layernorm',
    ffn_gate: 'mlp.gate_proj',
    ffn_up: 'mlp.up_proj',
    ffn_down: 'mlp.down_proj',
  },
};

/** Norms behind attention and feed-forward. */
export const BEHIND = {
  post_attention_norm: 'post_attention_layernorm',
  post_ffw_norm: 'post_feedforward_layernorm',
} as const;

export const GPT2_NAMES: TensorNames = {
  whole: {
    token_embd: 'transformer.wte',
    position_embd: 'transformer.wpe',
    output_norm: 'transformer.ln_f',
    output: 'lm_head',
  },
  layers: 'transformer.h',
  layer: {
    attn_norm: 'ln_1',
    attn_qkv: 'attn.c_attn',
    attn_output: 'attn.c_proj',
    ffn_norm: 'ln_2',
    ffn_up: 'mlp.c_fc',
    ffn_down: 'mlp.c_proj',
  },
};

/** BLOOM and Falcon. */
export const BLOOM_NAMES: TensorNames = {
  whole: {
    token_embd: 'transformer.word_embeddings',
    token_embd_norm: 'transformer.word_embeddings_layernorm',
    output_norm: 'transformer.ln_f',
    output: 'lm_head',
  },
  layers: 'transformer.h',
  layer: {
    attn_norm: 'input_layernorm',
    attn_qkv: 'self_attention.query_key_value',
    attn_output: 'self_attention.dense',
    ffn_norm: 'post_attention_layernorm',
    ffn_up: 'mlp.dense_h_to_4h',
    ffn_down: 'mlp.dense_4h_to_h',
  },
};

export const NEOX_NAMES: TensorNames = {
  whole: { token_embd: 'gpt_neox.embed_in', output_norm: 'gpt_neox.final_layer_norm', output: 'embed_out' },
  layers: 'gpt_neox.layers',
  layer: {
    ...BLOOM_NAMES.layer,
    attn_qkv: 'attention.query_key_value',
    attn_output: 'attention.dense',
  },
};

export const MPT_NAMES: TensorNames = {
  whole: { token_embd: 'transformer.wte', output_norm: 'transformer.norm_f', output: 'lm_head' },
  layers: 'transformer.blocks',
  layer: {
    attn_norm: 'norm_1',
    attn_qkv: 'attn.Wqkv',
    attn_output: 'attn.out_proj',
    ffn_norm: 'norm_2',
    ffn_up: 'ffn.up_proj',
    ffn_down: 'ffn.down_proj',
  },
};
