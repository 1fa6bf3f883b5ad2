// Makes folders of Llama and other families with bell-shaped random weights, so that speed can be measured without any download.
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

/** The same with a tokenizer of as many tokens. */
export const LLAMA_135M_TOKENS = { ...LLAMA_135M, name: 'llama-135m-tokens', rows: LLAMA_135M.vocabulary };

/** A few layers of it, with a tokenizer. */
export const LLAMA_SHORT = {
  ...LLAMA_135M,
  name: 'llama-short',
  layers: 2,
  vocabulary: 4096,
  rows: 4096,
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

/** The shapes of TinyStories-1M, 3M and 8M: GPT-Neo with heads of 4, 8 and 16, and with the vocabulary of GPT-2. */
const TINY_STORIES = {
  family: 'gpt_neo',
  layers: 8,
  heads: 16,
  vocabulary: 50_257,
  rows: 50_257,
  context: 2048,
};
export const TINY_STORIES_1M = { ...TINY_STORIES, name: 'tiny-stories-1m', hidden: 64, ffn: 256 };
export const TINY_STORIES_3M = { ...TINY_STORIES, name: 'tiny-stories-3m', hidden: 128, ffn: 512 };
export const TINY_STORIES_8M = { ...TINY_STORIES, name: 'tiny-stories-8m', hidden: 256, ffn: 1024 };

/** The shapes of Pythia-14m and 31m: an untied head, and rows of padding behind the tokens. */
const PYTHIA = { family: 'gpt_neox', layers: 6, vocabulary: 50_277, rows: 50_304, context: 2048 };
export const PYTHIA_14M = { ...PYTHIA, name: 'pythia-14m', hidden: 128, heads: 4, ffn: 512 };
export const PYTHIA_31M = { ...PYTHIA, name: 'pythia-31m', hidden: 256, heads: 8, ffn: 1024 };

/** As wide as the Llama that conversions are measured with, in other families: matrices as they are, and fused by heads. */
export const GPT_NEO_100M = {
  ...TINY_STORIES,
  name: 'gpt-neo-100m',
  bare: true,
  hidden: 576,
  heads: 9,
  layers: 24,
  ffn: 2304,
  rows: 49_152,
  vocabulary: 49_152,
};
export const GPT_NEOX_100M = {
  ...PYTHIA,
  name: 'gpt-neox-100m',
  bare: true,
  hidden: 576,
  heads: 9,
  layers: 20,
  ffn: 2304,
  rows: 49_152,
  vocabulary: 49_152,
};

/** Raised when the content changes, so that folders of an older version are made anew. */
const VERSION = 1;

/** Values written at a time. */
const BLOCK_VALUES = 1 << 20;

/**
 * The folder of a model, made when it is not there yet.
 * @param shape a Llama's, or one with a `family`. One that has `rows` of its embedding has, unless `bare`, a tokenizer of
 *   `vocabulary` tokens
 * @returns {string} path of a HuggingFace folder with BF16 weights (F32 when the shape says so) and no end token
 */
export function syntheticFolder(shape) {
  const folder = path.join(cacheFolder(), `${shape.name}-v${VERSION}`);
  if (existsSync(folder)) return folder;
  console.log(`Making ${folder} (once) ...`);
  const partial = `${folder}.${process.pid}.part`;
  mkdirSync(partial, { recursive: true });
  try {
    const { config, tensors } = FAMILIES[shape.family ?? 'llama'];
    writeFileSync(path.join(partial, 'config.json'), `${JSON.stringify(config(shape), null, 2)}\n`);
    if (shape.rows !== undefined && shape.bare !== true)
      writeFileSync(path.join(partial, 'tokenizer.json'), JSON.stringify(tokenizerOf(shape.vocabulary)));
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

function llamaConfig(shape) {
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
function llamaTensors(shape) {
  const { hidden, ffn, heads, kvHeads, headDim } = shape;
  const gain = (name) => vector(name, hidden, 1);
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

const matrix = (name, rows, cols) => ({ name, shape: [rows, cols], mean: 0, deviation: 1 / Math.sqrt(cols) });
const vector = (name, length, mean = 0) => ({ name, shape: [length], mean, deviation: 0.1 });
const norm = (name, length) => [vector(`${name}.weight`, length, 1), vector(`${name}.bias`, length)];
const linear = (name, rows, cols) => [matrix(`${name}.weight`, rows, cols), vector(`${name}.bias`, rows)];
const eachLayer = (layers, of) => Array.from({ length: layers }, (_, layer) => of(layer)).flat();

function neoConfig(shape) {
  return {
    architectures: ['GPTNeoForCausalLM'],
    model_type: 'gpt_neo',
    hidden_size: shape.hidden,
    intermediate_size: shape.ffn,
    num_layers: shape.layers,
    num_heads: shape.heads,
    attention_types: [[['global', 'local'], shape.layers / 2]],
    window_size: 256,
    vocab_size: shape.rows,
    max_position_embeddings: shape.context,
    bos_token_id: 0,
    eos_token_id: null,
  };
}

function neoTensors({ hidden, ffn, layers, rows, context }) {
  return [
    matrix('transformer.wte.weight', rows, hidden),
    matrix('transformer.wpe.weight', context, hidden),
    ...eachLayer(layers, (layer) => {
      const at = `transformer.h.${layer}.`;
      return [
        ...norm(`${at}ln_1`, hidden),
        ...['q', 'k', 'v'].map((name) => matrix(`${at}attn.attention.${name}_proj.weight`, hidden, hidden)),
        ...linear(`${at}attn.attention.out_proj`, hidden, hidden),
        ...norm(`${at}ln_2`, hidden),
        ...linear(`${at}mlp.c_fc`, ffn, hidden),
        ...linear(`${at}mlp.c_proj`, hidden, ffn),
      ];
    }),
    ...norm('transformer.ln_f', hidden),
  ];
}

function neoxConfig(shape) {
  return {
    architectures: ['GPTNeoXForCausalLM'],
    model_type: 'gpt_neox',
    hidden_size: shape.hidden,
    intermediate_size: shape.ffn,
    num_hidden_layers: shape.layers,
    num_attention_heads: shape.heads,
    rotary_pct: 0.25,
    use_parallel_residual: true,
    vocab_size: shape.rows,
    max_position_embeddings: shape.context,
    tie_word_embeddings: false,
    bos_token_id: 0,
    eos_token_id: null,
  };
}

function neoxTensors({ hidden, ffn, layers, rows }) {
  return [
    matrix('gpt_neox.embed_in.weight', rows, hidden),
    ...eachLayer(layers, (layer) => {
      const at = `gpt_neox.layers.${layer}.`;
      return [
        ...norm(`${at}input_layernorm`, hidden),
        ...norm(`${at}post_attention_layernorm`, hidden),
        ...linear(`${at}attention.query_key_value`, 3 * hidden, hidden),
        ...linear(`${at}attention.dense`, hidden, hidden),
        ...linear(`${at}mlp.dense_h_to_4h`, ffn, hidden),
        ...linear(`${at}mlp.dense_4h_to_h`, hidden, ffn),
      ];
    }),
    ...norm('gpt_neox.final_layer_norm', hidden),
    matrix('embed_out.weight', rows, hidden),
  ];
}

const FAMILIES = {
  llama: { config: llamaConfig, tensors: llamaTensors },
  gpt_neo: { config: neoConfig, tensors: neoTensors },
  gpt_neox: { config: neoxConfig, tensors: neoxTensors },
};

/** A byte-level tokenizer of so many tokens: the bytes, then all words of small letters, the shortest first, with a space or none. */
function tokenizerOf(size) {
  const bytes = byteCharacters();
  const vocab = Object.fromEntries(bytes.map((character, id) => [character, id]));
  const merges = [];
  const letters = [...'etaoinshrdlucmfwypvbgkjqxz'];
  const tokens = size - 1;
  let words = ['\u0120', ...letters];
  for (let count = bytes.length; count < tokens;) {
    const longer = [];
    for (const word of words) {
      for (const letter of letters) {
        if (count === tokens) break;
        longer.push(word + letter);
        merges.push([word, letter]);
        vocab[word + letter] = count++;
      }
    }
    words = longer;
  }
  const end = { id: tokens, content: '<|endoftext|>', special: true, normalized: false };
  const flags = { single_word: false, lstrip: false, rstrip: false };
  const level = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    version: '1.0',
    added_tokens: [{ ...end, ...flags }],
    normalizer: null,
    pre_tokenizer: level,
    post_processor: null,
    decoder: level,
    model: { type: 'BPE', unk_token: null, byte_fallback: false, vocab, merges },
  };
}

/** The printable characters that stand for bytes, as GPT-2 has them. */
function byteCharacters() {
  let next = 0x100;
  const isPrintable = (byte) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPrintable(byte) ? byte : next++));
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
