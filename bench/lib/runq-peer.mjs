// The peer of the generation: llama2.c's runq (INT8 with a scale per group), fed with the same weights in its format.
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openWeights, writeAll } from './file-io.mjs';

/** Header of its format, version 2. */
const MAGIC = 0x616b3432;
const HEADER_BYTES = 256;
/** Largest group of values with one scale; halved until it divides both widths, which its loops need. */
const MOST_GROUP = 64;
/** What it adds under the root of its norms, and the base of its rotary positions: both fixed in its program. */
const EPSILON = 1e-5;
const ROTARY_BASE = 10_000;
/** Runs per measurement at most; it rounds times to milliseconds, so that tiny models need many. */
const MOST_RUNS = 40;
const LEAST_SECONDS = 0.4;

/** The program named by RUNQ, `null` when it is not set. @throws {Error} when it is not a program */
export function findRunq() {
  const program = process.env.RUNQ;
  if (!program) return null;
  const { error } = spawnSync(program, [], { stdio: 'ignore' });
  if (error) throw new Error(`RUNQ is ${program}, which cannot be started: ${error.message}`);
  return program;
}

/**
 * Writes a folder's model in runq's format, with a tokenizer whose every token is one letter.
 * @param {string} folder HuggingFace folder of a Llama without biases
 * @param {object} config its config.json
 * @param {string} target folder for the two files
 * @param {number} context positions
 * @returns {{model: string, tokenizer: string, group: number} | {reason: string}} `reason`: what runq cannot do
 */
export function writeRunqModel(folder, config, target, context) {
  const shape = readShape(config);
  const group = groupOf(shape);
  if (shape.headDim * shape.heads !== shape.hidden) return { reason: 'its heads do not fill the width' };
  if (config.rms_norm_eps !== EPSILON) return { reason: `its norm epsilon is not ${EPSILON}` };
  if ((config.rope_theta ?? config.rope_parameters?.rope_theta) !== ROTARY_BASE) {
    return { reason: `its rotary base is not ${ROTARY_BASE}` };
  }
  if (config.tie_word_embeddings !== true) return { reason: 'its head is not the embedding' };
  const model = path.join(target, 'runq.bin');
  const tokenizer = path.join(target, 'runq-tokenizer.bin');
  const weights = openWeights(folder);
  const out = openSync(model, 'w');
  try {
    writeAll(out, header(shape, context, group));
    writeTensors(out, weights, shape, group);
  } finally {
    closeSync(out);
    weights.close();
  }
  writeFileSync(tokenizer, tokenizerOfLetters(shape.vocabulary));
  return { model, tokenizer, group };
}

/** How many of `tokens` tokens it makes before it meets the begin token, which ends its text. */
export function countRunqTokens(program, files, tokens) {
  return run(program, files, tokens, 'pipe').stdout.trimEnd().length;
}

/**
 * Tokens per second of greedy generations, as the program reports them.
 * @param {number} made tokens that each run makes
 */
export function measureRunq(program, files, tokens, made) {
  let seconds = 0;
  let done = 0;
  for (let count = 0; count < MOST_RUNS && seconds < LEAST_SECONDS; count += 1) {
    const match = /achieved tok\/s: ([\d.]+)/.exec(run(program, files, tokens, 'ignore').stderr);
    if (match === null) throw new Error(`${program} did not report its speed`);
    // It starts its clock after the first token. A run of less than a millisecond would be reported as infinity.
    seconds += (made - 1) / Number(match[1]);
    done += made - 1;
  }
  return { tokensPerSecond: done / seconds, tokens: done };
}

export function removeRunqModel(files) {
  rmSync(files.model, { force: true });
  rmSync(files.tokenizer, { force: true });
}

function run(program, files, tokens, stdout) {
  const args = [files.model, '-z', files.tokenizer, '-t', '0', '-n', String(tokens)];
  const result = spawnSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', stdout, 'pipe'],
    env: { ...process.env, OMP_NUM_THREADS: '1' },
  });
  if (result.status !== 0) throw new Error(`${program} failed:\n${result.stderr.slice(-2000)}`);
  return result;
}

function readShape(config) {
  const heads = config.num_attention_heads;
  return {
    hidden: config.hidden_size,
    ffn: config.intermediate_size,
    layers: config.num_hidden_layers,
    heads,
    kvHeads: config.num_key_value_heads ?? heads,
    headDim: config.head_dim ?? config.hidden_size / heads,
    vocabulary: config.vocab_size,
  };
}

function groupOf(shape) {
  let group = MOST_GROUP;
  while (shape.hidden % group !== 0 || shape.ffn % group !== 0) group /= 2;
  return group;
}

function header(shape, context, group) {
  const bytes = Buffer.alloc(HEADER_BYTES);
  const { hidden, ffn, layers, heads, kvHeads, vocabulary } = shape;
  bytes.writeUInt32LE(MAGIC, 0);
  [2, hidden, ffn, layers, heads, kvHeads, vocabulary, context].forEach((word, i) =>
    bytes.writeInt32LE(word, 4 + 4 * i),
  );
  // One byte for the shared head, then the group, unaligned.
  bytes.writeUInt8(1, 36);
  bytes.writeInt32LE(group, 37);
  return bytes;
}

function writeTensors(out, weights, shape, group) {
  const layer = (index, name) => weights.values(`model.layers.${index}.${name}.weight`);
  const all = [...Array(shape.layers).keys()];
  const floats = (values) =>
    writeAll(out, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  for (const index of all) floats(layer(index, 'input_layernorm'));
  for (const index of all) floats(layer(index, 'post_attention_layernorm'));
  floats(weights.values('model.norm.weight'));

  const quantized = (values) => {
    const { codes, scales } = quantize(values, group);
    writeAll(out, new Uint8Array(codes.buffer));
    floats(scales);
  };
  quantized(weights.values('model.embed_tokens.weight'));
  const { headDim, hidden } = shape;
  for (const index of all) quantized(pairRotary(layer(index, 'self_attn.q_proj'), headDim, hidden));
  for (const index of all) quantized(pairRotary(layer(index, 'self_attn.k_proj'), headDim, hidden));
  for (const name of [
    'self_attn.v_proj',
    'self_attn.o_proj',
    'mlp.gate_proj',
    'mlp.down_proj',
    'mlp.up_proj',
  ]) {
    for (const index of all) quantized(layer(index, name));
  }
}

/** Rows from halves (HuggingFace: row i turns with row i + d/2) to neighbours (row 2i with 2i + 1). */
function pairRotary(values, headDim, cols) {
  const out = new Float32Array(values.length);
  const half = headDim / 2;
  for (let row = 0; row < values.length / cols; row += 1) {
    const head = Math.floor(row / headDim) * headDim;
    const at = row - head;
    const source = head + (at % 2) * half + (at >> 1);
    out.set(values.subarray(source * cols, (source + 1) * cols), row * cols);
  }
  return out;
}

function quantize(values, group) {
  const codes = new Int8Array(values.length);
  const scales = new Float32Array(values.length / group);
  for (let g = 0; g < scales.length; g += 1) {
    const begin = g * group;
    let largest = 0;
    for (let i = begin; i < begin + group; i += 1) largest = Math.max(largest, Math.abs(values[i]));
    scales[g] = largest / 127;
    const inverse = largest === 0 ? 0 : 127 / largest;
    for (let i = begin; i < begin + group; i += 1) codes[i] = Math.round(values[i] * inverse);
  }
  return { codes, scales };
}

/** Longest token, then score, length and text of each. */
function tokenizerOfLetters(vocabulary) {
  const bytes = Buffer.alloc(4 + vocabulary * 9);
  bytes.writeUInt32LE(1, 0);
  for (let id = 0; id < vocabulary; id += 1) {
    const at = 4 + id * 9;
    bytes.writeUInt32LE(1, at + 4);
    bytes.write('a', at + 8);
  }
  return bytes;
}
