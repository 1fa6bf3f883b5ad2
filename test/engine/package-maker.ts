/**
 * Writes model packages with random weights for tests of the engine, straight from the format's description: a second
 * writer that shares nothing with src/package.
 */
import { crc32 } from 'node:zlib';

export interface LayerShape {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly ffn: number;
  readonly window?: number;
  /** Rotated elements; 0 for no rotary. Default: all. */
  readonly rotaryDim?: number;
  readonly scoreScale?: number;
}

export interface ModelShape {
  readonly hidden: number;
  readonly vocab: number;
  readonly context: number;
  readonly maxBatch?: number;
  readonly layers: readonly LayerShape[];
  /** 0 f32, 1 per source tensor, 2 per row, 3 per group. */
  readonly encoding: 0 | 1 | 2 | 3;
  readonly group?: number;
  readonly fused?: boolean;
  readonly gains?: boolean;
  readonly biases?: boolean;
  readonly tied?: boolean;
  readonly headBias?: boolean;
  readonly f32Embed?: boolean;
  readonly cache?: 'int8' | 'f32';
  readonly activations?: 'dynamic' | 'static';
  readonly embeddingScale?: number;
  readonly logitScale?: number;
  readonly bos?: number;
  readonly stops?: readonly number[];
  readonly seed?: number;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly tokenizer?: Uint8Array;
  readonly chat?: Uint8Array;
}

/** A tensor as it was written. */
export interface MadeTensor {
  readonly role: number;
  readonly layer: number;
  readonly encoding: number;
  readonly rows: number;
  readonly cols: number;
  readonly group: number;
  /** Values of f32 tensors, codes of int8 ones; row by row without padding. */
  readonly values: Float32Array | Int8Array;
  readonly scales: Float32Array;
  readonly activationScale: number;
}

export interface MadePackage {
  readonly shape: ModelShape;
  readonly bytes: Uint8Array;
  readonly tensors: readonly MadeTensor[];
}

export const ROLE = {
  embed: 1,
  head: 2,
  finalNorm: 3,
  rotary: 4,
  headBias: 5,
  attnNorm: 16,
  qkv: 17,
  qkvBias: 18,
  o: 19,
  oBias: 20,
  mlpNorm: 21,
  gateUp: 22,
  gateUpBias: 23,
  down: 24,
  downBias: 25,
  q: 26,
  qBias: 27,
  k: 28,
  kBias: 29,
  v: 30,
  vBias: 31,
  gate: 32,
  gateBias: 33,
  up: 34,
  upBias: 35,
} as const;

export const EPSILON = 1e-5;
const GLOBAL = 0xffff;
const NONE = 0xffffffff;

/** Deterministic uniform numbers in [0, 1): xorshift32. */
export function randomNumbers(seed: number): () => number {
  let state = (seed * 2654435761 + 12345) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 4294967296;
  };
}

/** Roughly normal numbers: the sum of four uniform ones. */
function normals(uniform: () => number, count: number, deviation: number): Float32Array {
  return Float32Array.from(
    { length: count },
    () => (uniform() + uniform() + uniform() + uniform() - 2) * deviation * 1.7,
  );
}

export function makePackage(shape: ModelShape): MadePackage {
  const uniform = randomNumbers(shape.seed ?? 1);
  const tensors: MadeTensor[] = [];
  const isInt8 = shape.encoding !== 0;
  const isStatic = shape.activations === 'static';

  const vector = (role: number, layer: number, count: number, center: number, deviation: number): void => {
    const values = normals(uniform, count, deviation).map((value) => value + center);
    tensors.push({
      role,
      layer,
      encoding: 0,
      rows: 1,
      cols: count,
      group: 0,
      values,
      scales: new Float32Array(0),
      activationScale: 0,
    });
  };
  /** `sources` are the row counts of the tensors it was fused from; interleaved rows alternate between two. */
  const matrix = (
    role: number,
    layer: number,
    rows: number,
    cols: number,
    { encoding = shape.encoding, sources = [rows], interleaved = false, takesInput = true } = {},
  ): void => {
    const values = normals(uniform, rows * cols, 1 / Math.sqrt(cols));
    if (encoding === 0) {
      tensors.push({
        role,
        layer,
        encoding,
        rows,
        cols,
        group: 0,
        values,
        scales: new Float32Array(0),
        activationScale: 0,
      });
      return;
    }
    const group = encoding === 3 ? (shape.group ?? 32) : 0;
    const groups = encoding === 3 ? Math.ceil(cols / group) : 1;
    const scaleOf = (row: number, col: number): number => {
      if (encoding === 2) return row;
      if (encoding === 3) return row * groups + Math.floor(col / group);
      if (interleaved) return row % 2;
      let source = 0;
      for (let end = sources[0] ?? 0; row >= end; end += sources[source] ?? Infinity) source += 1;
      return source;
    };
    const count = encoding === 2 ? rows : encoding === 3 ? rows * groups : interleaved ? 2 : sources.length;
    const largest = new Float32Array(count);
    for (let i = 0; i < values.length; i += 1) {
      const at = scaleOf(Math.floor(i / cols), i % cols);
      largest[at] = Math.max(largest[at] as number, Math.abs(values[i] as number));
    }
    const scales = largest.map((value) => value / 127);
    const codes = Int8Array.from(values, (value, i) =>
      Math.max(
        -127,
        Math.min(127, Math.round(value / (scales[scaleOf(Math.floor(i / cols), i % cols)] || 1))),
      ),
    );
    const activationScale = isStatic && takesInput ? Math.fround(0.02 + 0.01 * uniform()) : 0;
    tensors.push({ role, layer, encoding, rows, cols, group, values: codes, scales, activationScale });
  };

  const embedEncoding = shape.f32Embed === true || !isInt8 ? 0 : 2;
  matrix(ROLE.embed, GLOBAL, shape.vocab, shape.hidden, {
    encoding: embedEncoding,
    takesInput: shape.tied === true && embedEncoding !== 0,
  });
  const rotaryDims = [
    ...new Set(shape.layers.map((layer) => layer.rotaryDim ?? layer.headDim).filter((dim) => dim > 0)),
  ];
  rotaryDims.forEach((dim, index) => tensors.push(rotaryTable(index, shape.context, dim)));

  for (const [index, layer] of shape.layers.entries()) {
    const query = layer.heads * layer.headDim;
    const key = layer.kvHeads * layer.headDim;
    const bias = (role: number, count: number): void => {
      if (shape.biases === true) vector(role, index, count, 0, 0.1);
    };
    if (shape.gains === true) vector(ROLE.attnNorm, index, shape.hidden, 1, 0.2);
    if (shape.fused === true) {
      matrix(ROLE.qkv, index, query + 2 * key, shape.hidden, { sources: [query, key, key] });
      bias(ROLE.qkvBias, query + 2 * key);
    } else {
      matrix(ROLE.q, index, query, shape.hidden);
      bias(ROLE.qBias, query);
      matrix(ROLE.k, index, key, shape.hidden);
      bias(ROLE.kBias, key);
      matrix(ROLE.v, index, key, shape.hidden);
      bias(ROLE.vBias, key);
    }
    matrix(ROLE.o, index, shape.hidden, query);
    bias(ROLE.oBias, shape.hidden);
    if (shape.gains === true) vector(ROLE.mlpNorm, index, shape.hidden, 1, 0.2);
    if (shape.fused === true) {
      matrix(ROLE.gateUp, index, 2 * layer.ffn, shape.hidden, { interleaved: true });
      bias(ROLE.gateUpBias, 2 * layer.ffn);
    } else {
      matrix(ROLE.gate, index, layer.ffn, shape.hidden);
      bias(ROLE.gateBias, layer.ffn);
      matrix(ROLE.up, index, layer.ffn, shape.hidden);
      bias(ROLE.upBias, layer.ffn);
    }
    matrix(ROLE.down, index, shape.hidden, layer.ffn);
    bias(ROLE.downBias, shape.hidden);
  }
  if (shape.gains === true) vector(ROLE.finalNorm, GLOBAL, shape.hidden, 1, 0.2);
  if (shape.tied !== true) matrix(ROLE.head, GLOBAL, shape.vocab, shape.hidden);
  if (shape.headBias === true) vector(ROLE.headBias, GLOBAL, shape.vocab, 0, 0.5);

  return { shape, tensors, bytes: encode(shape, tensors, rotaryDims) };
}

function rotaryTable(index: number, context: number, dim: number): MadeTensor {
  const values = new Float32Array(context * dim);
  for (let position = 0; position < context; position += 1) {
    for (let i = 0; i < dim / 2; i += 1) {
      // Any angles do; these need no power, whose last digit differs between JavaScript engines.
      const angle = position / (1 + i * i);
      values[position * dim + i] = Math.cos(angle);
      values[position * dim + dim / 2 + i] = Math.sin(angle);
    }
  }
  return {
    role: ROLE.rotary,
    layer: index,
    encoding: 0,
    rows: context,
    cols: dim,
    group: 0,
    values,
    scales: new Float32Array(0),
    activationScale: 0,
  };
}

const up = (value: number, step: number): number => Math.ceil(value / step) * step;

/** Bytes filled field by field. */
class Fields {
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.view = new DataView(this.bytes.buffer);
  }
  u16(at: number, value: number): void {
    this.view.setUint16(at, value, true);
  }
  u32(at: number, value: number): void {
    this.view.setUint32(at, value, true);
  }
  f32(at: number, value: number): void {
    this.view.setFloat32(at, value, true);
  }
}

function encode(
  shape: ModelShape,
  tensors: readonly MadeTensor[],
  rotaryDims: readonly number[],
): Uint8Array {
  const directory = new Fields(64 * tensors.length);
  const weights: Uint8Array[] = [];
  let offset = 0;
  const put = (bytes: Uint8Array): number => {
    const at = offset;
    const padded = new Uint8Array(up(bytes.length, 64));
    padded.set(bytes);
    weights.push(padded);
    offset += padded.length;
    return at;
  };
  for (const [index, tensor] of tensors.entries()) {
    const size = tensor.encoding === 0 ? 4 : 1;
    const stride = up(tensor.cols * size, 16);
    const data = new Fields(tensor.rows * stride);
    for (let row = 0; row < tensor.rows; row += 1) {
      for (let col = 0; col < tensor.cols; col += 1) {
        const value = tensor.values[row * tensor.cols + col] as number;
        if (tensor.encoding === 0) data.f32(row * stride + 4 * col, value);
        else data.bytes[row * stride + col] = value;
      }
    }
    const scales = new Fields(4 * tensor.scales.length);
    tensor.scales.forEach((scale, i) => scales.f32(4 * i, scale));
    const at = 64 * index;
    directory.u16(at, tensor.role);
    directory.u16(at + 2, tensor.layer);
    directory.u32(at + 4, tensor.encoding);
    directory.u32(at + 8, tensor.rows);
    directory.u32(at + 12, tensor.cols);
    directory.u32(at + 16, stride);
    directory.u32(at + 20, tensor.group);
    directory.u32(at + 24, put(data.bytes));
    directory.u32(at + 28, data.bytes.length);
    directory.u32(at + 32, tensor.scales.length === 0 ? NONE : put(scales.bytes));
    directory.u32(at + 36, tensor.scales.length);
    directory.f32(at + 44, tensor.activationScale);
  }
  const sections: (readonly [string, boolean, Uint8Array])[] = [
    ['CONF', true, encodeConfig(shape, rotaryDims.length)],
    ['LAYR', true, encodeLayers(shape, rotaryDims)],
    ['TDIR', true, directory.bytes],
    ['WGHT', true, Buffer.concat(weights)],
    ['SAMP', true, encodeSampling(shape.stops ?? [])],
  ];
  if (shape.tokenizer !== undefined) sections.push(['TOKN', false, shape.tokenizer]);
  if (shape.chat !== undefined) sections.push(['CHAT', false, shape.chat]);
  if (shape.metadata !== undefined)
    sections.push(['META', false, new TextEncoder().encode(JSON.stringify(shape.metadata))]);
  return assemble(sections);
}

/** Puts sections behind a header with all checksums. */
export function assemble(sections: readonly (readonly [string, boolean, Uint8Array])[]): Uint8Array {
  const tableEnd = 64 + 32 * sections.length;
  const offsets: number[] = [];
  let total = tableEnd;
  for (const [, , bytes] of sections) {
    offsets.push(up(total, 64));
    total = up(total, 64) + bytes.length;
  }
  const file = new Fields(up(total, 64));
  file.bytes.set(new TextEncoder().encode('S3LM'));
  file.u16(4, 1);
  file.u32(8, file.bytes.length);
  file.u32(12, sections.length);
  file.u32(16, tableEnd);
  for (const [index, [kind, required, bytes]] of sections.entries()) {
    const at = 64 + 32 * index;
    file.bytes.set(new TextEncoder().encode(kind), at);
    file.u32(at + 4, required ? 1 : 0);
    file.u32(at + 8, offsets[index] as number);
    file.u32(at + 12, bytes.length);
    file.u32(at + 16, crc32(bytes));
    file.bytes.set(bytes, offsets[index]);
  }
  sealHeader(file.bytes);
  return file.bytes;
}

/** Writes the checksum over header and section table. */
export function sealHeader(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const table = bytes.subarray(64, view.getUint32(16, true));
  view.setUint32(60, crc32(table, crc32(bytes.subarray(0, 60))), true);
}

function encodeConfig(shape: ModelShape, rotaryTables: number): Uint8Array {
  const conf = new Fields(64);
  conf.u32(0, shape.hidden);
  conf.u32(4, shape.layers.length);
  conf.u32(8, shape.vocab);
  conf.u32(12, shape.context);
  conf.u32(16, shape.maxBatch ?? 4);
  conf.u32(20, shape.cache === 'f32' ? 1 : 0);
  conf.u32(24, shape.encoding === 0 ? 2 : shape.activations === 'static' ? 1 : 0);
  conf.u32(28, shape.bos ?? NONE);
  conf.f32(32, EPSILON);
  conf.f32(36, shape.embeddingScale ?? 1);
  conf.f32(40, shape.logitScale ?? 1);
  conf.u32(48, rotaryTables);
  return conf.bytes;
}

function encodeLayers(shape: ModelShape, rotaryDims: readonly number[]): Uint8Array {
  const layers = new Fields(64 * shape.layers.length);
  for (const [index, layer] of shape.layers.entries()) {
    const at = 64 * index;
    const rotaryDim = layer.rotaryDim ?? layer.headDim;
    layers.u32(at + 4, layer.heads);
    layers.u32(at + 8, layer.kvHeads);
    layers.u32(at + 12, layer.headDim);
    layers.u32(at + 16, layer.ffn);
    layers.u32(at + 24, layer.window ?? 0);
    layers.u32(at + 28, rotaryDim === 0 ? NONE : rotaryDims.indexOf(rotaryDim));
    layers.f32(at + 36, EPSILON);
    layers.f32(at + 40, EPSILON);
    layers.f32(at + 44, layer.scoreScale ?? 1);
    layers.u32(at + 48, rotaryDim);
  }
  return layers.bytes;
}

function encodeSampling(stops: readonly number[]): Uint8Array {
  const samp = new Fields(32 + 4 * stops.length);
  samp.f32(4, 1);
  samp.f32(12, 1);
  samp.f32(20, 1);
  samp.u32(28, stops.length);
  stops.forEach((id, index) => samp.u32(32 + 4 * index, id));
  return samp.bytes;
}
