/**
 * Writes model packages with random weights for tests of the engine, straight from the format's description: a second
 * writer that shares nothing with src/package and src/schema.
 */
import {
  GLOBAL,
  ROLE,
  rotaryDims,
  stepsOf,
  tapsOf,
  type LayerShape,
  type MadeTensor,
  type ModelShape,
} from './model-shape.js';
import { packageBytes } from './package-bytes.js';

export interface MadePackage {
  readonly shape: ModelShape;
  readonly bytes: Uint8Array;
  readonly tensors: readonly MadeTensor[];
}

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
  const tensors = new TensorMaker(shape).make();
  return { shape, tensors, bytes: packageBytes(shape, tensors) };
}

interface MatrixOptions {
  readonly encoding?: number;
  /** Row counts of the tensors it was fused from. */
  readonly sources?: readonly number[];
  /** Rows of two sources alternate. */
  readonly interleaved?: boolean;
  /** Whether its input may be quantized with a static scale. */
  readonly takesInput?: boolean;
}

/** Draws all tensors of a model, one after another from one sequence of random numbers. */
class TensorMaker {
  private readonly uniform: () => number;
  private readonly tensors: MadeTensor[] = [];
  private matrices = 0;

  constructor(private readonly shape: ModelShape) {
    this.uniform = randomNumbers(shape.seed ?? 1);
  }

  make(): MadeTensor[] {
    const { shape } = this;
    const embedEncoding =
      shape.f32Embed === true || shape.encoding === 0 ? 0 : shape.encoding >= 4 ? shape.encoding : 2;
    this.matrix(ROLE.embed, GLOBAL, shape.vocab, shape.hidden, {
      encoding: embedEncoding,
      takesInput: shape.tied === true && embedEncoding !== 0,
    });
    if (shape.positions === true)
      this.matrix(ROLE.positions, GLOBAL, shape.context, shape.hidden, {
        encoding: embedEncoding,
        takesInput: false,
      });
    rotaryDims(shape).forEach((dim, index) => this.tensors.push(rotaryTable(index, shape.context, dim)));
    for (const [index, step] of stepsOf(shape).entries()) {
      if (step.kind === 'norm') this.norm(ROLE.norm, index);
      else if (step.kind === 'attention') this.attention(index, step.shape);
      else if (step.kind === 'conv') this.convolution(index, step.shape);
      else this.mlp(index, step.shape);
    }
    this.norm(ROLE.finalNorm, GLOBAL);
    if (shape.tied !== true) this.matrix(ROLE.head, GLOBAL, shape.vocab, shape.hidden);
    if (shape.headBias === true) this.vector(ROLE.headBias, GLOBAL, shape.vocab, 0, 0.5);
    return this.tensors;
  }

  private norm(role: number, index: number): void {
    const { gains, normBiases, hidden } = this.shape;
    if (gains === true) this.vector(role, index, hidden, 1, 0.2);
    if (normBiases === true) this.vector(role + 1, index, hidden, 0, 0.1);
  }

  private attention(index: number, layer: LayerShape): void {
    const { hidden } = this.shape;
    const query = layer.heads * layer.headDim;
    const key = layer.kvHeads * layer.headDim;
    if (this.shape.fused === true) {
      this.linear(ROLE.qkv, index, query + 2 * key, hidden, { sources: [query, key, key] });
    } else {
      this.linear(ROLE.q, index, query, hidden);
      this.linear(ROLE.k, index, key, hidden);
      this.linear(ROLE.v, index, key, hidden);
    }
    this.linear(ROLE.o, index, hidden, query);
    this.headNorm(index, layer);
    if (layer.slopes === true) this.vector(ROLE.slopes, index, layer.heads, 0.3, 0.1);
  }

  private headNorm(index: number, { headNorm, heads, kvHeads, headDim }: LayerShape): void {
    if (headNorm === undefined) return;
    for (const [role, count] of [
      [ROLE.queryNorm, heads],
      [ROLE.keyNorm, kvHeads],
    ] as const) {
      const elements = headNorm.over === 'head' ? headDim : count * headDim;
      if (headNorm.gains === true) this.vector(role, index, elements, 1, 0.2);
      if (headNorm.biases === true) this.vector(role + 1, index, elements, 0, 0.1);
    }
  }

  private mlp(index: number, layer: LayerShape): void {
    const { hidden } = this.shape;
    if (layer.mlp === 'plain') {
      this.linear(ROLE.up, index, layer.ffn, hidden);
    } else if (this.shape.fused === true) {
      this.linear(ROLE.gateUp, index, 2 * layer.ffn, hidden, { interleaved: true });
    } else {
      this.linear(ROLE.gate, index, layer.ffn, hidden);
      this.linear(ROLE.up, index, layer.ffn, hidden);
    }
    this.linear(ROLE.down, index, hidden, layer.ffn);
  }

  private convolution(index: number, layer: LayerShape): void {
    const { hidden } = this.shape;
    this.linear(ROLE.convIn, index, 3 * hidden, hidden);
    this.vector(ROLE.convTaps, index, tapsOf(layer) * hidden, 0.3, 0.7);
    if (this.shape.biases === true) this.vector(ROLE.convTapsBias, index, hidden, 0, 0.3);
    this.linear(ROLE.convOut, index, hidden, hidden);
  }

  /** A matrix and, one role further, its bias. */
  private linear(role: number, index: number, rows: number, cols: number, options: MatrixOptions = {}): void {
    this.matrix(role, index, rows, cols, options);
    if (this.shape.biases === true) this.vector(role + 1, index, rows, 0, 0.1);
  }

  private vector(role: number, index: number, count: number, center: number, deviation: number): void {
    const values = normals(this.uniform, count, deviation).map((value) => value + center);
    this.tensors.push(floats(role, index, 1, count, values));
  }

  private matrix(role: number, index: number, rows: number, cols: number, options: MatrixOptions = {}): void {
    const { encoding = this.shape.encoding, takesInput = true } = options;
    const values = normals(this.uniform, rows * cols, 1 / Math.sqrt(cols));
    if (encoding === 0) {
      this.tensors.push(floats(role, index, rows, cols, values));
      return;
    }
    const group = encoding >= 3 ? (this.shape.group ?? 32) : 0;
    if (encoding === 5) {
      this.tensors.push({
        ...{ role, index, encoding, rows, cols, group },
        ...nibbles(values, rows, cols, group),
        ...this.inputOf(takesInput),
      });
      return;
    }
    const { count, scaleOf } = scaleLayout(encoding, rows, cols, group, options);
    const largest = new Float32Array(count);
    for (let i = 0; i < values.length; i += 1) {
      const at = scaleOf(Math.floor(i / cols), i % cols);
      largest[at] = Math.max(largest[at] as number, Math.abs(values[i] as number));
    }
    const scales = largest.map((value) => value / 127);
    const groups = group === 0 ? 0 : Math.ceil(cols / group);
    const rowScales = Float32Array.from({ length: rows }, (_, row) =>
      Math.fround(Math.max(...scales.subarray(row * groups, (row + 1) * groups)) / 255),
    );
    const numbers = Uint8Array.from(scales, (scale, i) =>
      Math.min(255, Math.ceil(scale / (rowScales[Math.floor(i / groups)] as number))),
    );
    const codes = Int8Array.from(values, (value, i) =>
      Math.max(
        -127,
        Math.min(127, Math.round(value / (scales[scaleOf(Math.floor(i / cols), i % cols)] || 1))),
      ),
    );
    this.tensors.push({
      ...{ role, index, encoding, rows, cols, group, values: codes },
      ...(encoding === 4 ? { scales: rowScales, numbers } : { scales }),
      ...this.inputOf(takesInput),
    });
  }

  private inputOf(takesInput: boolean): Pick<MadeTensor, 'activationScale' | 'input'> {
    const isStatic = this.shape.activations === 'static' && takesInput;
    const activationScale = isStatic ? Math.fround(0.02 + 0.01 * this.uniform()) : 0;
    const { inputs = [0] } = this.shape;
    const input = takesInput ? (inputs[this.matrices++ % inputs.length] as number) : 0;
    return { activationScale, input };
  }
}

/** A grid from the smallest to the largest value of each group, as near as its numbers come. */
function nibbles(
  values: Float32Array,
  rows: number,
  cols: number,
  group: number,
): Pick<MadeTensor, 'values' | 'scales' | 'numbers' | 'offsets'> {
  const groups = Math.ceil(cols / group);
  const run = (row: number, g: number): Float32Array =>
    values.subarray(row * cols + g * group, row * cols + Math.min(cols, (g + 1) * group));
  const codes = new Int8Array(values.length);
  const scales = new Float32Array(rows);
  const numbers = new Uint8Array(rows * groups);
  const offsets = new Int8Array(rows * groups);
  const clamp = (value: number, low: number, high: number): number =>
    Math.max(low, Math.min(high, Math.round(value)));
  for (let row = 0; row < rows; row += 1) {
    const ranges = Array.from({ length: groups }, (_, g) => {
      const all = run(row, g);
      return { low: Math.min(...all), high: Math.max(...all) };
    });
    const step = Math.max(...ranges.map(({ low, high }) => (high - low) / 15)) || 1;
    const scale = Math.fround(step / 200);
    scales[row] = scale;
    for (const [g, { low, high }] of ranges.entries()) {
      const number = clamp((high - low) / 15 / scale, 0, 255);
      const offset = clamp(low / scale / 8 + number, -127, 127);
      numbers[row * groups + g] = number;
      offsets[row * groups + g] = offset;
      run(row, g).forEach((value, i) => {
        codes[row * cols + g * group + i] = clamp((value / scale - 8 * offset) / (number || 1), -8, 7);
      });
    }
  }
  return { values: codes, scales, numbers, offsets };
}

function floats(role: number, index: number, rows: number, cols: number, values: Float32Array): MadeTensor {
  const scales = new Float32Array(0);
  return { role, index, encoding: 0, rows, cols, group: 0, values, scales, activationScale: 0, input: 0 };
}

/** How many scales an int8 matrix has, and which of them an element is multiplied with. */
function scaleLayout(
  encoding: number,
  rows: number,
  cols: number,
  group: number,
  { sources = [rows], interleaved = false }: MatrixOptions,
): { count: number; scaleOf: (row: number, col: number) => number } {
  if (encoding === 2) return { count: rows, scaleOf: (row) => row };
  if (encoding >= 3) {
    const groups = Math.ceil(cols / group);
    return { count: rows * groups, scaleOf: (row, col) => row * groups + Math.floor(col / group) };
  }
  if (interleaved) return { count: 2, scaleOf: (row) => row % 2 };
  const scaleOf = (row: number): number => {
    let source = 0;
    for (let end = sources[0] ?? 0; row >= end; end += sources[source] ?? Infinity) source += 1;
    return source;
  };
  return { count: sources.length, scaleOf };
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
  return floats(ROLE.rotary, index, context, dim, values);
}
