// The peer of the conversion: llama.cpp's quantizer, fed with a GGUF file of the same BF16 tensors.
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { openWeights, writeAll } from './file-io.mjs';

/** Types of GGUF metadata values and tensors (the ggml specification, `gguf.md`). */
const U32 = 4;
const F32_VALUE = 6;
const STRING = 8;
const TENSOR_F32 = 0;
const TENSOR_BF16 = 30;
const ALIGNMENT = 32;

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

/** The program named by LLAMA_QUANTIZE, `null` when it is not set. @throws {Error} when it is not a program */
export function findQuantizer() {
  const program = process.env.LLAMA_QUANTIZE;
  if (!program) return null;
  const { error } = spawnSync(program, ['--help'], { stdio: 'ignore' });
  if (error) throw new Error(`LLAMA_QUANTIZE is ${program}, which cannot be started: ${error.message}`);
  return program;
}

/**
 * The GGUF file of a synthetic folder, made when it is not there yet.
 * @returns {string} its path
 */
export function ggufOf(folder, shape) {
  const file = `${folder}.gguf`;
  if (existsSync(file)) return file;
  const partial = `${file}.${process.pid}.part`;
  const weights = openWeights(folder);
  try {
    write(partial, weights, shape);
    renameSync(partial, file);
  } finally {
    weights.close();
    rmSync(partial, { force: true });
  }
  return file;
}

/**
 * One run of BF16 to Q8_0 with one thread.
 * @returns {{seconds: number, wallSeconds: number}} what the program says of itself, and from outside
 * @throws {Error} with its last output when it fails
 */
export function runQuantizer(program, input) {
  const output = path.join(path.dirname(input), 'peer-q8_0.gguf');
  const begin = performance.now();
  const { status, stdout, stderr } = spawnSync(program, [input, output, 'Q8_0', '1'], { encoding: 'utf8' });
  const wallSeconds = (performance.now() - begin) / 1000;
  rmSync(output, { force: true });
  const text = `${stdout}${stderr}`;
  const match = /quantize time\s*=\s*([\d.]+) ms/.exec(text);
  if (status !== 0 || match === null) throw new Error(`${program} failed:\n${text.slice(-2000)}`);
  return { seconds: Number(match[1]) / 1000, wallSeconds };
}

function write(file, weights, shape) {
  const list = weights.names.map((name) => {
    const dimensions = [...weights.shape(name)].reverse();
    const type = dimensions.length === 1 ? TENSOR_F32 : TENSOR_BF16;
    const elements = dimensions.reduce((product, size) => product * size, 1);
    return { name, gguf: ggufName(name), dimensions, type, bytes: elements * (type === TENSOR_F32 ? 4 : 2) };
  });
  const values = metadata(shape);
  const parts = [Buffer.from('GGUF'), u32(3), u64(list.length), u64(values.length), ...values];
  let offset = 0;
  for (const tensor of list) {
    parts.push(string(tensor.gguf), u32(tensor.dimensions.length), ...tensor.dimensions.map(u64));
    parts.push(u32(tensor.type), u64(offset));
    offset += align(tensor.bytes);
  }
  const head = Buffer.concat(parts);
  const out = openSync(file, 'w');
  try {
    writeAll(out, head);
    writeAll(out, Buffer.alloc(align(head.length) - head.length));
    for (const tensor of list) {
      const bytes =
        tensor.type === TENSOR_F32
          ? Buffer.from(weights.values(tensor.name).buffer)
          : weights.raw(tensor.name);
      writeAll(out, bytes);
      writeAll(out, Buffer.alloc(align(bytes.length) - bytes.length));
    }
  } finally {
    closeSync(out);
  }
}

function metadata(shape) {
  const text = (key, value) => Buffer.concat([string(key), u32(STRING), string(value)]);
  const whole = (key, value) => Buffer.concat([string(key), u32(U32), u32(value)]);
  const real = (key, value) => {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatLE(value);
    return Buffer.concat([string(key), u32(F32_VALUE), bytes]);
  };
  return [
    text('general.architecture', 'llama'),
    text('general.name', shape.name),
    whole('general.alignment', ALIGNMENT),
    whole('llama.vocab_size', shape.vocabulary),
    whole('llama.context_length', shape.context),
    whole('llama.embedding_length', shape.hidden),
    whole('llama.block_count', shape.layers),
    whole('llama.feed_forward_length', shape.ffn),
    whole('llama.rope.dimension_count', shape.headDim),
    whole('llama.attention.head_count', shape.heads),
    whole('llama.attention.head_count_kv', shape.kvHeads),
    real('llama.attention.layer_norm_rms_epsilon', 1e-5),
    real('llama.rope.freq_base', 10_000),
  ];
}

function ggufName(name) {
  if (name === 'model.embed_tokens.weight') return 'token_embd.weight';
  if (name === 'model.norm.weight') return 'output_norm.weight';
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
