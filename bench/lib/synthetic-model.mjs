// Makes Llama folders with bell-shaped random weights, so that speed can be measured without any download.
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeAll } from './file-io.mjs';

/** The shape of SmolLM-135M: the conversion benchmark's model. */
export const LLAMA_135M = {
  name: 'llama-135m',
  hidden: 576,
  layers: 30,
  heads: 9,
  kvHeads: 3,
  headDim: 64,
  ffn: 1536,
  vocabulary: 49_152,
  context: 2048,
};

/** The shape of the 15 M model of the TinyStories series: the generation benchmark's model. */
export const LLAMA_15M = {
  name: 'llama-15m',
  hidden: 288,
  layers: 6,
  heads: 6,
  kvHeads: 6,
  headDim: 48,
  ffn: 768,
  vocabulary: 32_000,
  context: 512,
};

/** The shape of the 260 K model of the TinyStories series. */
export const STORIES_260K = {
  name: 'llama-260k',
  hidden: 64,
  layers: 5,
  heads: 8,
  kvHeads: 4,
  headDim: 8,
  ffn: 172,
  vocabulary: 512,
  context: 512,
};

/** Six million parameters: what octal PSRAM holds whole. */
export const LLAMA_6M = {
  name: 'llama-6m',
  hidden: 256,
  layers: 6,
  heads: 8,
  kvHeads: 4,
  headDim: 32,
  ffn: 816,
  vocabulary: 4096,
  context: 512,
};

/** Twelve million: four more than PSRAM holds, so the rest is read from flash for every token. */
export const LLAMA_12M = { ...LLAMA_6M, name: 'llama-12m', layers: 13 };

/** About the largest model that 16 MB of flash hold, stored as 58 MB of F32: the page's benchmark. */
export const LLAMA_14M_F32 = { ...LLAMA_15M, name: 'llama-14m-f32', vocabulary: 29_000, float32: true };

/** Raised when the content changes, so that folders of an older version are made anew. */
const VERSION = 1;

/** Values written at a time. */
const BLOCK_VALUES = 1 << 20;

/**
 * The folder of a model, made when it is not there yet.
 * @param {typeof LLAMA_135M} shape
 * @returns {string} path of a HuggingFace folder with BF16 weights (F32 when the shape says so), tied embedding, no tokenizer and no end token
 */
export function syntheticFolder(shape) {
  const folder = path.join(cacheFolder(), `${shape.name}-v${VERSION}`);
  if (existsSync(folder)) return folder;
  console.log(`Making ${folder} (once) ...`);
  const partial = `${folder}.${process.pid}.part`;
  mkdirSync(partial, { recursive: true });
  try {
    writeFileSync(path.join(partial, 'config.json'), `${JSON.stringify(config(shape), null, 2)}\n`);
    writeWeights(path.join(partial, 'model.safetensors'), tensors(shape), shape.float32 === true);
    renameSync(partial, folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return folder;
}

/** Where everything that benchmarks make is kept: one folder that may be deleted at any time. */
export function cacheFolder() {
  const folder = path.join(tmpdir(), 'esp32-llm-converter-bench');
  mkdirSync(folder, { recursive: true });
  return folder;
}

function config(shape) {
  return {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_size: shape.hidden,
    intermediate_size: shape.ffn,
    num_hidden_layers: shape.layers,
    num_attention_heads: shape.heads,
    num_key_value_heads: shape.kvHeads,
    head_dim: shape.headDim,
    vocab_size: shape.vocabulary,
    max_position_embeddings: shape.context,
    rms_norm_eps: 1e-5,
    rope_theta: 10_000,
    hidden_act: 'silu',
    attention_bias: false,
    mlp_bias: false,
    tie_word_embeddings: true,
    bos_token_id: 1,
    // A generation of random weights must not end by chance.
    eos_token_id: null,
    torch_dtype: shape.float32 === true ? 'float32' : 'bfloat16',
  };
}

/** Names, shapes and what the values look like: matrices around 0 with 1/sqrt(width), gains around 1. */
function tensors(shape) {
  const { hidden, ffn, heads, kvHeads, headDim } = shape;
  const matrix = (name, rows, cols) => ({
    name,
    shape: [rows, cols],
    mean: 0,
    deviation: 1 / Math.sqrt(cols),
  });
  const gain = (name) => ({ name, shape: [hidden], mean: 1, deviation: 0.1 });
  const list = [matrix('model.embed_tokens.weight', shape.vocabulary, hidden)];
  for (let layer = 0; layer < shape.layers; layer += 1) {
    const at = `model.layers.${layer}.`;
    list.push(
      gain(`${at}input_layernorm.weight`),
      matrix(`${at}self_attn.q_proj.weight`, heads * headDim, hidden),
      matrix(`${at}self_attn.k_proj.weight`, kvHeads * headDim, hidden),
      matrix(`${at}self_attn.v_proj.weight`, kvHeads * headDim, hidden),
      matrix(`${at}self_attn.o_proj.weight`, hidden, heads * headDim),
      gain(`${at}post_attention_layernorm.weight`),
      matrix(`${at}mlp.gate_proj.weight`, ffn, hidden),
      matrix(`${at}mlp.up_proj.weight`, ffn, hidden),
      matrix(`${at}mlp.down_proj.weight`, hidden, ffn),
    );
  }
  list.push(gain('model.norm.weight'));
  return list;
}

function writeWeights(file, list, float32) {
  const header = { __metadata__: { format: 'pt' } };
  let offset = 0;
  for (const { name, shape } of list) {
    const bytes = (float32 ? 4 : 2) * shape.reduce((product, size) => product * size, 1);
    header[name] = { dtype: float32 ? 'F32' : 'BF16', shape, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  const text = JSON.stringify(header);
  const padded = text.padEnd(Math.ceil(text.length / 8) * 8, ' ');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const out = openSync(file, 'w');
  try {
    writeSync(out, length);
    writeSync(out, padded);
    const random = bellShaped(1);
    const block = new Uint16Array(BLOCK_VALUES);
    const wide = new Uint32Array(float32 ? BLOCK_VALUES : 0);
    for (const tensor of list) {
      let left = tensor.shape.reduce((product, size) => product * size, 1);
      while (left > 0) {
        const values = block.subarray(0, Math.min(left, BLOCK_VALUES));
        random.fill(values, tensor.mean, tensor.deviation);
        // A BF16 number is the upper half of the F32 number of the same value.
        if (float32) values.forEach((value, index) => (wide[index] = value << 16));
        const stored = float32 ? wide.subarray(0, values.length) : values;
        writeAll(out, new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength));
        left -= values.length;
      }
    }
  } finally {
    closeSync(out);
  }
}

/** BF16 values from the sum of four uniform ones (a bell that ends at 3.5 deviations); the same for a seed. */
function bellShaped(seed) {
  let state = seed >>> 0;
  // The mixing of splitmix32: cheap, and good enough for weights that nobody reads.
  const next = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  const float = new Float32Array(1);
  const bits = new Uint32Array(float.buffer);
  /** Deviation of the sum of four uniform 16-bit numbers. */
  const spread = 65_536 / Math.sqrt(3);
  const middle = 2 * 65_535;
  return {
    fill(values, mean, deviation) {
      const scale = deviation / spread;
      for (let i = 0; i < values.length; i += 1) {
        const a = next();
        const b = next();
        const sum = (a & 0xffff) + (a >>> 16) + (b & 0xffff) + (b >>> 16);
        float[0] = mean + (sum - middle) * scale;
        const word = bits[0];
        values[i] = (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
      }
    },
  };
}
