/** Makes small random Llama folders in memory, for tests that need a model but not a trained one. */
import type { DecoderModel } from '../../src/model/decoder.js';
import { hfFolderInput } from '../../src/input/hf-folder.js';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { readDecoder } from '../../src/model/read.js';
import type { ModelFolder } from '../../src/source/byte-source.js';
import { memoryFolder } from '../../src/source/memory-folder.js';

export interface SyntheticShape {
  readonly hidden?: number;
  readonly layers?: number;
  readonly heads?: number;
  readonly kvHeads?: number;
  readonly headDim?: number;
  readonly ffn?: number;
  readonly vocab?: number;
  readonly positions?: number;
  readonly tied?: boolean;
  readonly attentionBias?: boolean;
  readonly mlpBias?: boolean;
  readonly window?: number;
  readonly dtype?: 'F32' | 'BF16';
  readonly seed?: number;
}

/** Numbers in [-1, 1), the same for the same seed. */
export function randomNumbers(seed: number): () => number {
  let state = (seed * 2654435761 + 1) >>> 0;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2147483648 - 1;
  };
}

/** Writes a safetensors file from f32 values. */
export function writeSafetensors(
  tensors: readonly { name: string; shape: readonly number[]; values: Float32Array }[],
  dtype: 'F32' | 'BF16' = 'F32',
): Uint8Array {
  const size = dtype === 'F32' ? 4 : 2;
  const header: Record<string, unknown> = {};
  let offset = 0;
  for (const tensor of tensors) {
    header[tensor.name] = {
      dtype,
      shape: tensor.shape,
      data_offsets: [offset, offset + tensor.values.length * size],
    };
    offset += tensor.values.length * size;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + offset);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  let at = 8 + text.length;
  const word = new DataView(new ArrayBuffer(4));
  for (const tensor of tensors) {
    for (const value of tensor.values) {
      if (dtype === 'F32') view.setFloat32(at, value, true);
      else {
        word.setFloat32(0, value, true);
        view.setUint16(at, word.getUint16(2, true), true);
      }
      at += size;
    }
  }
  return bytes;
}

/** A Llama folder with seeded random weights, without a tokenizer. */
export function syntheticFolder(shape: SyntheticShape = {}): ModelFolder {
  const {
    hidden = 48,
    layers = 2,
    heads = 4,
    kvHeads = 2,
    headDim = 12,
    ffn = 80,
    vocab = 96,
    positions = 64,
    tied = true,
    attentionBias = false,
    mlpBias = false,
    window,
    dtype = 'F32',
    seed = 1,
  } = shape;
  const random = randomNumbers(seed);
  const tensors: { name: string; shape: number[]; values: Float32Array }[] = [];
  const add = (name: string, dims: number[], scale: number, center = 0): void => {
    const count = dims.reduce((product, dim) => product * dim, 1);
    tensors.push({
      name,
      shape: dims,
      values: Float32Array.from({ length: count }, () => center + scale * random()),
    });
  };
  add('model.embed_tokens.weight', [vocab, hidden], 0.8);
  for (let layer = 0; layer < layers; layer++) {
    const prefix = `model.layers.${layer}`;
    const attention: [string, number, number][] = [
      ['q_proj', heads * headDim, hidden],
      ['k_proj', kvHeads * headDim, hidden],
      ['v_proj', kvHeads * headDim, hidden],
      ['o_proj', hidden, heads * headDim],
    ];
    for (const [name, rows, cols] of attention) {
      add(`${prefix}.self_attn.${name}.weight`, [rows, cols], 1.5 / Math.sqrt(cols));
      if (attentionBias) add(`${prefix}.self_attn.${name}.bias`, [rows], 0.3);
    }
    for (const [name, rows, cols] of [
      ['gate_proj', ffn, hidden],
      ['up_proj', ffn, hidden],
      ['down_proj', hidden, ffn],
    ] as const) {
      add(`${prefix}.mlp.${name}.weight`, [rows, cols], 1.5 / Math.sqrt(cols));
      if (mlpBias) add(`${prefix}.mlp.${name}.bias`, [rows], 0.3);
    }
    add(`${prefix}.input_layernorm.weight`, [hidden], 0.4, 1);
    add(`${prefix}.post_attention_layernorm.weight`, [hidden], 0.4, 1);
  }
  add('model.norm.weight', [hidden], 0.4, 1);
  if (!tied) add('lm_head.weight', [vocab, hidden], 1.5 / Math.sqrt(hidden));
  const mistral = window !== undefined;
  const config = {
    architectures: [mistral ? 'MistralForCausalLM' : 'LlamaForCausalLM'],
    model_type: mistral ? 'mistral' : 'llama',
    hidden_size: hidden,
    intermediate_size: ffn,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    head_dim: headDim,
    vocab_size: vocab,
    max_position_embeddings: positions,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    hidden_act: 'silu',
    tie_word_embeddings: tied,
    bos_token_id: 1,
    eos_token_id: 2,
    ...(mistral ? { sliding_window: window } : { attention_bias: attentionBias, mlp_bias: mlpBias }),
  };
  return memoryFolder('synthetic', {
    'config.json': new TextEncoder().encode(JSON.stringify(config)),
    'model.safetensors': writeSafetensors(tensors, dtype),
  });
}

/** The same, opened. */
export async function syntheticModel(
  shape: SyntheticShape = {},
): Promise<{ folder: ModelFolder; checkpoint: Checkpoint; model: DecoderModel }> {
  const folder = syntheticFolder(shape);
  const input = hfFolderInput(folder);
  return { folder, checkpoint: await input.checkpoint(), model: await readDecoder(input) };
}
