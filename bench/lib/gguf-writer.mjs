// Writes a Llama folder as a GGUF file for llama.cpp: the same tensors in its names and its order of rotary pairs, without a
// tokenizer, since the peers are fed with ids.
import { closeSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { openWeights, writeAll } from './file-io.mjs';

/** Types of GGUF metadata values and tensors (the ggml specification, `gguf.md`). */
const U32 = 4;
const F32_VALUE = 6;
const STRING = 8;
const TENSOR_TYPES = { F32: 0, F16: 1, BF16: 30 };
const ELEMENT_BYTES = { F32: 4, F16: 2, BF16: 2 };
const ALIGNMENT = 32;

/** Columns of a matrix that llama.cpp's formats take at a time: the feed-forward is filled up to a multiple with zeros. */
export const BLOCK = 32;

/** HuggingFace names of a layer's tensors to those of GGUF. */
const LAYER_NAMES = {
  input_layernorm: 'attn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  post_attention_layernorm: 'ffn_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
};

/** Tensors outside the layers. */
const OTHER_NAMES = {
  'model.embed_tokens.weight': 'token_embd.weight',
  'model.norm.weight': 'output_norm.weight',
  'lm_head.weight': 'output.weight',
};

/**
 * Writes the file, complete or not at all.
 * @param {string} folder a HuggingFace folder of a Llama with one safetensors file
 * @param {string} file
 * @param {'stored' | 'F32'} matrices their type: as they are stored, or F32
 * @throws {Error} for what this writer has no words for
 */
export function writeGguf(folder, file, matrices) {
  const config = JSON.parse(readFileSync(path.join(folder, 'config.json'), 'utf8'));
  if (config.model_type !== 'llama') throw new Error(`${folder} is no Llama but "${config.model_type}"`);
  if (config.rope_scaling) throw new Error(`${folder} has scaled rotary positions, which are not written`);
  const partial = `${file}.${process.pid}.part`;
  const weights = openWeights(folder);
  try {
    write(partial, weights, config, matrices);
    renameSync(partial, file);
  } finally {
    weights.close();
    rmSync(partial, { force: true });
  }
}

function write(file, weights, config, matrices) {
  // The head of a tied model is its embedding.
  const names = weights.names.filter(
    (name) => name !== 'lm_head.weight' || config.tie_word_embeddings !== true,
  );
  const list = names.map((name) => {
    const shape = paddedShape(name, weights.shape(name));
    const type = shape.length === 1 || matrices === 'F32' ? 'F32' : weights.dtype(name);
    const bytes = ELEMENT_BYTES[type] * shape.reduce((product, size) => product * size, 1);
    return { name, gguf: ggufName(name), shape, type, bytes };
  });
  const values = metadata(config);
  const parts = [Buffer.from('GGUF'), u32(3), u64(list.length), u64(values.length), ...values];
  let offset = 0;
  for (const { gguf, shape, type, bytes } of list) {
    parts.push(string(gguf), u32(shape.length), ...[...shape].reverse().map(u64));
    parts.push(u32(TENSOR_TYPES[type]), u64(offset));
    offset += align(bytes);
  }
  const head = Buffer.concat(parts);
  const out = openSync(file, 'w');
  try {
    writeAll(out, head);
    writeAll(out, Buffer.alloc(align(head.length) - head.length));
    for (const tensor of list) {
      const bytes = tensorBytes(tensor, weights, config);
      writeAll(out, bytes);
      writeAll(out, Buffer.alloc(align(bytes.length) - bytes.length));
    }
  } finally {
    closeSync(out);
  }
}

/** A tensor as llama.cpp has it, row by row. */
function tensorBytes({ name, shape, type, bytes }, weights, config) {
  const stored = type === 'F32' ? Buffer.from(weights.values(name).buffer) : Buffer.from(weights.raw(name));
  if (shape.length === 1) return stored;
  const [rows, columns] = weights.shape(name);
  const rowBytes = columns * ELEMENT_BYTES[type];
  const wide = shape[1] * ELEMENT_BYTES[type];
  const out = Buffer.alloc(bytes);
  const place = rotaryOrder(name, rows, config);
  for (let row = 0; row < rows; row += 1) {
    stored.copy(out, place(row) * wide, row * rowBytes, (row + 1) * rowBytes);
  }
  return out;
}

/** Zeros beyond the feed-forward's width change nothing: their gate is 0, and their columns meet what is 0. */
function paddedShape(name, shape) {
  const up = (size) => Math.ceil(size / BLOCK) * BLOCK;
  if (/\.mlp\.(gate|up)_proj\./.test(name)) return [up(shape[0]), shape[1]];
  return name.includes('.mlp.down_proj.') ? [shape[0], up(shape[1])] : shape;
}

/** HuggingFace rotates element i of a head with i + half of it, llama.cpp neighbours. */
function rotaryOrder(name, rows, config) {
  const heads = name.includes('.q_proj.')
    ? config.num_attention_heads
    : name.includes('.k_proj.')
      ? (config.num_key_value_heads ?? config.num_attention_heads)
      : 0;
  if (heads === 0) return (row) => row;
  const size = rows / heads;
  const half = size / 2;
  return (row) => {
    const within = row % size;
    return row - within + (within < half ? 2 * within : 2 * (within - half) + 1);
  };
}

function metadata(config) {
  const text = (key, value) => Buffer.concat([string(key), u32(STRING), string(value)]);
  const whole = (key, value) => Buffer.concat([string(key), u32(U32), u32(value)]);
  const real = (key, value) => {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatLE(value);
    return Buffer.concat([string(key), u32(F32_VALUE), bytes]);
  };
  const headDim = config.head_dim ?? config.hidden_size / config.num_attention_heads;
  return [
    text('general.architecture', 'llama'),
    whole('general.alignment', ALIGNMENT),
    whole('llama.vocab_size', config.vocab_size),
    whole('llama.context_length', config.max_position_embeddings),
    whole('llama.embedding_length', config.hidden_size),
    whole('llama.block_count', config.num_hidden_layers),
    whole('llama.feed_forward_length', Math.ceil(config.intermediate_size / BLOCK) * BLOCK),
    whole('llama.rope.dimension_count', headDim),
    whole('llama.attention.head_count', config.num_attention_heads),
    whole('llama.attention.head_count_kv', config.num_key_value_heads ?? config.num_attention_heads),
    whole('llama.attention.key_length', headDim),
    whole('llama.attention.value_length', headDim),
    real('llama.attention.layer_norm_rms_epsilon', config.rms_norm_eps),
    real('llama.rope.freq_base', config.rope_theta ?? 10_000),
    text('tokenizer.ggml.model', 'no_vocab'),
  ];
}

function ggufName(name) {
  const other = OTHER_NAMES[name];
  if (other !== undefined) return other;
  const match = /^model\.layers\.(\d+)\.(.+)\.weight$/.exec(name);
  const known = match === null ? undefined : LAYER_NAMES[match[2]];
  if (known === undefined) throw new Error(`${name} has no name in GGUF`);
  return `blk.${match[1]}.${known}.weight`;
}

function align(bytes) {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

function u32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function string(text) {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([u64(bytes.length), bytes]);
}
