/**
 * The engine's arithmetic once more, written for plainness and from its description alone: one token at a time, no
 * packing, no vectors. With `f32` every operation is rounded as the engine rounds it, so the logits must be equal to
 * the last bit; with `f64` the same formulas run in double precision with the real exp, 1/x and 1/sqrt.
 */
import assert from 'node:assert/strict';
import type { Place } from './block-shapes.js';
import {
  EPSILON,
  GLOBAL,
  ROLE,
  rotaryDimOf,
  stepsOf,
  tapsOf,
  type FUNCTIONS,
  type LayerShape,
  type MadeStep,
  type MadeTensor,
} from './model-shape.js';
import type { MadePackage } from './package-maker.js';

interface Arithmetic {
  /** Rounds the result of one operation. */
  readonly r: (value: number) => number;
  readonly reciprocal: (value: number) => number;
  readonly inverseRoot: (value: number) => number;
  readonly exponential: (value: number) => number;
}

const f = Math.fround;
const words = new DataView(new ArrayBuffer(4));
const bitsOf = (value: number): number => {
  words.setFloat32(0, value);
  return words.getUint32(0);
};
const floatOf = (bits: number): number => {
  words.setUint32(0, bits >>> 0);
  return words.getFloat32(0);
};

const F32: Arithmetic = {
  r: f,
  reciprocal: (x) => {
    let y = floatOf(0x7ef127ea - bitsOf(x));
    for (let step = 0; step < 3; step += 1) y = f(y * f(2 - f(x * y)));
    return y;
  },
  inverseRoot: (x) => {
    const half = f(0.5 * x);
    let y = floatOf(0x5f375a86 - (bitsOf(x) >>> 1));
    for (let step = 0; step < 4; step += 1) y = f(y * f(1.5 - f(f(half * y) * y)));
    return y;
  },
  exponential: (value) => {
    if (value < -87) return 0;
    const x = Math.min(value, 88);
    const turned = f(x * f(1.44269504));
    const shifted = f(turned + 12583039);
    const remainder = f(turned - f(shifted - 12583039));
    let p = f(1.32647273e-3);
    for (const coefficient of [9.67151299e-3, 5.55073358e-2, 2.40222424e-1, 6.93147004e-1, 1]) {
      p = f(f(p * remainder) + f(coefficient));
    }
    return f(p * floatOf(bitsOf(shifted) << 23));
  },
};

const F64: Arithmetic = {
  r: (value) => value,
  reciprocal: (x) => 1 / x,
  inverseRoot: (x) => 1 / Math.sqrt(x),
  exponential: Math.exp,
};

/** Half to even, as adding 1.5 * 2^23 rounds. */
function roundEven(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  if (rest !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}

interface Codes {
  readonly codes: Float64Array;
  readonly scale: number;
}

interface QuantizedInput {
  readonly codes: Float64Array;
  readonly scales: readonly number[];
  readonly group: number;
}

/** What a row's scale is multiplied with to give a weight. */
function wholeWeight(
  { numbers, offsets, group, cols }: MadeTensor,
  row: number,
  col: number,
  code: number,
): number {
  const at = row * Math.ceil(cols / group) + Math.floor(col / group);
  return code * (numbers?.[at] ?? 1) + 8 * (offsets?.[at] ?? 0);
}

/** What becomes of a score with the token `t` of those that are seen. */
type Finish = (score: number, t: number) => number;

/** Largest codes of a cache, `null` for floats. */
const CACHE_LIMITS = {
  int8: { keys: 127, values: 127 },
  int16: { keys: 32639, values: 32639 },
  k16v8: { keys: 32639, values: 127 },
  f32: null,
} as const;

/** The largest code of a query: with it the score of a head that is one vector of 16-bit codes fits 32 bits. */
function mostOfQuery(dim: number, limit: number): number {
  return limit > 127 && dim <= 8 ? 8191 : 16383;
}

/** Tokens whose values, padded to 16 bytes, take 4,096 bytes. */
function blockOf(dim: number, limit: number): number {
  const bytes = Math.ceil((dim * (limit > 127 ? 2 : 1)) / 16) * 16;
  return Math.floor(4096 / bytes);
}

export class ReferenceEngine {
  private readonly math: Arithmetic;
  private readonly tensors = new Map<string, MadeTensor>();
  private readonly rotaryDims: readonly number[];
  private readonly steps: readonly MadeStep[];
  /** Per step, key/value head and position: keys and values, quantized or not; empty but for attention. */
  private readonly cache: { keys: Codes[][]; values: Codes[][] }[];
  /** Per step what went into the taps, token by token; empty but for convolutions. */
  private readonly opened: Float64Array[][];
  private position = 0;

  constructor(
    private readonly made: MadePackage,
    precision: 'f32' | 'f64',
  ) {
    this.math = precision === 'f32' ? F32 : F64;
    for (const tensor of made.tensors) this.tensors.set(`${tensor.role}.${tensor.index}`, tensor);
    this.rotaryDims = made.tensors
      .filter((tensor) => tensor.role === ROLE.rotary)
      .map((tensor) => tensor.cols);
    this.steps = stepsOf(made.shape);
    this.opened = this.steps.map(() => []);
    this.cache = this.steps.map(({ shape }) => ({
      keys: Array.from({ length: shape.kvHeads }, () => []),
      values: Array.from({ length: shape.kvHeads }, () => []),
    }));
  }

  /** Logits of one more token. */
  forward(id: number): Float64Array {
    const { shape } = this.made;
    const { r } = this.math;
    const places = new Map<Place, Float64Array>([['residual', this.embedding(id)]]);
    const read = (place: Place): Float64Array =>
      places.get(place) ?? assert.fail(`nothing was written to ${place}`);
    for (const [index, step] of this.steps.entries()) {
      const result = this.step(index, step, read(step.reads));
      const value = step.adds ? read(step.writes).map((sum, i) => r(sum + (result[i] as number))) : result;
      places.set(step.writes, value);
    }
    this.position += 1;
    const h = this.norm(read('residual'), ROLE.finalNorm, GLOBAL);
    const head = this.find(ROLE.head, GLOBAL) ?? this.need(ROLE.embed, GLOBAL);
    const bias = this.find(ROLE.headBias, GLOBAL);
    return this.product(head, bias, h).map((value) =>
      this.cap(r(value * f(shape.logitScale ?? 1)), shape.logitCap),
    );
  }

  private step(index: number, { kind, shape }: MadeStep, x: Float64Array): Float64Array {
    switch (kind) {
      case 'norm':
        return this.norm(x, ROLE.norm, index);
      case 'attention':
        return this.linear(ROLE.o, index, this.attention(index, shape, x));
      case 'mlp':
        return this.linear(ROLE.down, index, this.inner(index, shape, x));
      case 'conv':
        return this.linear(ROLE.convOut, index, this.convolution(index, shape, x));
    }
  }

  private find(role: number, index: number): MadeTensor | undefined {
    return this.tensors.get(`${role}.${index}`);
  }

  private need(role: number, index: number): MadeTensor {
    const tensor = this.find(role, index);
    if (tensor === undefined) throw new Error(`no tensor ${role} of ${index}`);
    return tensor;
  }

  private embedding(id: number): Float64Array {
    const { r } = this.math;
    const scale = f(this.made.shape.embeddingScale ?? 1);
    const row = this.lookUp(this.need(ROLE.embed, GLOBAL), id).map((value) => r(value * scale));
    const positions = this.find(ROLE.positions, GLOBAL);
    if (positions === undefined) return row;
    const learned = this.lookUp(positions, this.position);
    return row.map((value, i) => r(value + (learned[i] as number)));
  }

  private lookUp(table: MadeTensor, id: number): Float64Array {
    const { r } = this.math;
    const row = Float64Array.from(table.values.subarray(id * table.cols, (id + 1) * table.cols));
    const { encoding, scales } = table;
    return encoding === 0
      ? row
      : row.map((code, col) => r(wholeWeight(table, id, col, code) * (scales[id] as number)));
  }

  /** Within ± `limit` by a hyperbolic tangent. */
  private cap(value: number, limit = 0): number {
    const { r, reciprocal } = this.math;
    return limit === 0 ? value : r(this.tangent(r(value * reciprocal(f(limit)))) * f(limit));
  }

  private tangent(x: number): number {
    const { r, exponential, reciprocal } = this.math;
    const e = exponential(Math.min(80, r(x + x)));
    return r(1 - r(2 * reciprocal(r(1 + e))));
  }

  /** Sum in four interleaved lanes. */
  private sum(count: number, term: (index: number) => number): number {
    const { r } = this.math;
    const lanes = [0, 0, 0, 0] as [number, number, number, number];
    for (let i = 0; i < count; i += 1) lanes[i % 4] = r((lanes[i % 4] as number) + r(term(i)));
    return r(r(lanes[0] + lanes[1]) + r(lanes[2] + lanes[3]));
  }

  /** The gain has the role, the bias the one after it. */
  private norm(x: Float64Array, role: number, index: number): Float64Array {
    const [gain, bias] = [this.find(role, index), this.find(role + 1, index)];
    return this.normalize(x, this.made.shape.norm ?? 'rms', gain?.values, bias?.values);
  }

  private normalize(
    values: Float64Array,
    kind: 'rms' | 'layer',
    gain: ArrayLike<number> | undefined,
    bias: ArrayLike<number> | undefined,
  ): Float64Array {
    const { r, reciprocal, inverseRoot } = this.math;
    const inverse = reciprocal(values.length);
    const mean = kind === 'layer' ? r(this.sum(values.length, (i) => values[i] as number) * inverse) : 0;
    const x = kind === 'layer' ? values.map((value) => r(value - mean)) : values;
    const squares = this.sum(x.length, (i) => (x[i] as number) * (x[i] as number));
    const factor = inverseRoot(r(r(squares * inverse) + f(EPSILON)));
    return x.map((value, i) => {
      let y = r(value * factor);
      if (gain !== undefined) y = r(y * (gain[i] as number));
      return bias === undefined ? y : r(y + (bias[i] as number));
    });
  }

  private quantize(x: Float64Array, limit: number, fixed = 0): Codes {
    const { r, reciprocal } = this.math;
    const largest = x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (largest === 0 && fixed === 0) return { codes: new Float64Array(x.length), scale: 0 };
    const inverse = fixed === 0 ? r(limit * reciprocal(largest)) : reciprocal(fixed);
    const codes = x.map((value) => Math.max(-limit, Math.min(limit, roundEven(r(value * inverse)))));
    return { codes, scale: fixed === 0 ? r(largest * r(1 / limit)) : fixed };
  }

  private linear(role: number, index: number, x: Float64Array): Float64Array {
    return this.product(this.need(role, index), this.find(role + 1, index), x);
  }

  private product(w: MadeTensor, bias: MadeTensor | undefined, x: Float64Array): Float64Array {
    const { r } = this.math;
    const y = new Float64Array(w.rows);
    const input = w.encoding === 0 ? null : this.quantizeInput(w, x);
    for (let row = 0; row < w.rows; row += 1) {
      const values = w.values.subarray(row * w.cols, (row + 1) * w.cols);
      let value: number;
      if (input === null) {
        value = this.sum(w.cols, (i) => (values[i] as number) * (x[i] as number));
      } else {
        value = this.dot(w, row, values, input);
      }
      y[row] = bias === undefined ? value : r(value + (bias.values[row] as number));
    }
    return y;
  }

  /** Codes of a matrix's input, and the scales of its groups of elements, one for all where `group` is not finite. */
  private quantizeInput(w: MadeTensor, x: Float64Array): QuantizedInput {
    const group = [Infinity, 32, 64, Infinity][w.input] as number;
    if (group === Infinity) {
      const { codes, scale } = this.quantize(x, w.input === 3 ? 32639 : 127, w.activationScale);
      return { codes, scales: [scale], group };
    }
    const codes = new Float64Array(x.length);
    const scales: number[] = [];
    for (let at = 0; at < x.length; at += group) {
      const part = this.quantize(x.subarray(at, at + group), 127);
      codes.set(part.codes, at);
      scales.push(part.scale);
    }
    return { codes, scales, group };
  }

  /** One row times a quantized vector: exact sums over the columns that share all scales, rounded once each. */
  private dot(w: MadeTensor, row: number, values: ArrayLike<number>, input: QuantizedInput): number {
    const { r } = this.math;
    const isGrouped = w.encoding === 3;
    const inGroups = Number.isFinite(input.group);
    if (w.numbers !== undefined) {
      let total = 0;
      for (let i = 0; i < w.cols; i += 1)
        total += wholeWeight(w, row, i, values[i] as number) * (input.codes[i] as number);
      return r(r(r(total) * (w.scales[row] as number)) * (input.scales[0] as number));
    }
    const unit = Math.min(isGrouped ? w.group : w.cols, input.group);
    let sum = 0;
    for (let begin = 0; begin < w.cols; begin += unit) {
      let dot = 0;
      for (let i = begin; i < Math.min(w.cols, begin + unit); i += 1)
        dot += (values[i] as number) * (input.codes[i] as number);
      const weightScale = isGrouped
        ? (w.scales[this.scaleIndex(w, row, Math.floor(begin / w.group))] as number)
        : 1;
      const vectorScale = inGroups ? (input.scales[Math.floor(begin / input.group)] as number) : 1;
      const part = isGrouped || inGroups ? r(r(dot) * r(weightScale * vectorScale)) : r(dot);
      sum = begin === 0 ? part : r(sum + part);
    }
    if (!isGrouped) sum = r(sum * (w.scales[this.scaleIndex(w, row, 0)] as number));
    return inGroups ? sum : r(sum * (input.scales[0] as number));
  }

  private scaleIndex(w: MadeTensor, row: number, group: number): number {
    if (w.encoding === 2 || w.encoding >= 4) return row;
    if (w.encoding === 3) return row * Math.ceil(w.cols / w.group) + group;
    if (w.role === ROLE.gateUp) return row % 2;
    if (w.role !== ROLE.qkv) return 0;
    const layer = (this.steps[w.index] as MadeStep).shape;
    const query = layer.heads * layer.headDim;
    const key = layer.kvHeads * layer.headDim;
    return row < query ? 0 : row < query + key ? 1 : 2;
  }

  private attention(index: number, layer: LayerShape, h: Float64Array): Float64Array {
    const { headDim: dim, heads, kvHeads } = layer;
    const query = heads * dim;
    const key = kvHeads * dim;
    let q: Float64Array, k: Float64Array, v: Float64Array;
    if (this.find(ROLE.qkv, index) === undefined) {
      [q, k, v] = [
        this.linear(ROLE.q, index, h),
        this.linear(ROLE.k, index, h),
        this.linear(ROLE.v, index, h),
      ];
    } else {
      const all = this.linear(ROLE.qkv, index, h);
      [q, k, v] = [all.slice(0, query), all.slice(query, query + key), all.slice(query + key)];
    }
    const limit = layer.clip === undefined ? Infinity : f(layer.clip);
    [q, k, v] = [q, k, v].map((all) => all.map((value) => Math.max(-limit, Math.min(limit, value)))) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    if (layer.headNorm?.over === 'all') {
      q = this.normalizeHead(index, layer, ROLE.queryNorm, 0, q);
      k = this.normalizeHead(index, layer, ROLE.keyNorm, 0, k);
    }
    const head = (all: Float64Array, i: number): Float64Array => all.slice(i * dim, (i + 1) * dim);
    const turn = (all: Float64Array, role: number, i: number): Float64Array => {
      const isAlone = layer.headNorm !== undefined && layer.headNorm.over !== 'all';
      const normed = (x: Float64Array): Float64Array => this.normalizeHead(index, layer, role, i, x);
      if (!isAlone) return this.rotate(layer, head(all, i));
      return layer.headNorm?.turned === true
        ? normed(this.rotate(layer, head(all, i)))
        : this.rotate(layer, normed(head(all, i)));
    };
    const { keys, values } = this.cache[index] as { keys: Codes[][]; values: Codes[][] };
    const limits = CACHE_LIMITS[this.made.shape.cache ?? 'int8'];
    const keep = (x: Float64Array, limit: number): Codes =>
      limits === null ? { codes: x, scale: 1 } : this.quantize(x, limit);
    for (let i = 0; i < kvHeads; i += 1) {
      (keys[i] as Codes[]).push(keep(turn(k, ROLE.keyNorm, i), limits?.keys ?? 0));
      (values[i] as Codes[]).push(keep(head(v, i), limits?.values ?? 0));
    }
    const out = new Float64Array(query);
    for (let i = 0; i < heads; i += 1) {
      const kv = Math.floor(i / (heads / kvHeads));
      const first =
        layer.window === undefined || layer.window === 0 ? 0 : Math.max(0, this.position + 1 - layer.window);
      const seenKeys = (keys[kv] as Codes[]).slice(first);
      const seenValues = (values[kv] as Codes[]).slice(first);
      const rotated = turn(q, ROLE.queryNorm, i);
      const slope = this.find(ROLE.slopes, index)?.values[i];
      const finish = (score: number, t: number): number => {
        const capped = this.cap(this.math.r(score * f(layer.scoreScale ?? 1)), layer.scoreCap);
        if (slope === undefined) return capped;
        return this.math.r(capped + this.math.r(slope * (t - seenKeys.length + 1)));
      };
      const attended =
        limits === null
          ? this.attendF32(rotated, seenKeys, seenValues, finish)
          : this.attendCodes(
              rotated,
              seenKeys,
              seenValues,
              finish,
              blockOf(dim, limits.values),
              mostOfQuery(dim, limits.values),
            );
      out.set(attended, i * dim);
    }
    return out;
  }

  private convolution(index: number, layer: LayerShape, x: Float64Array): Float64Array {
    const { r } = this.math;
    const n = x.length;
    const thirds = this.linear(ROLE.convIn, index, x);
    const [b, c, value] = [thirds.slice(0, n), thirds.slice(n, 2 * n), thirds.slice(2 * n)];
    const opened = this.opened[index] as Float64Array[];
    opened.push(value.map((v, i) => r(v * (b[i] as number))));
    const taps = this.need(ROLE.convTaps, index).values;
    const bias = this.find(ROLE.convTapsBias, index)?.values;
    const seen = opened.slice(-tapsOf(layer));
    const first = tapsOf(layer) - seen.length;
    return c.map((factor, i) => {
      let sum = bias?.[i] ?? 0;
      for (const [at, past] of seen.entries())
        sum = r(sum + r((taps[(first + at) * n + i] as number) * (past[i] as number)));
      return r(sum * factor);
    });
  }

  private normalizeHead(
    index: number,
    { headNorm, headDim }: LayerShape,
    role: number,
    head: number,
    x: Float64Array,
  ): Float64Array {
    if (headNorm === undefined) return x;
    const begin = headNorm.over === 'heads' ? head * headDim : 0;
    const [gains, biases] = [role, role + 1].map((part) =>
      this.find(part, index)?.values.slice(begin, begin + x.length),
    );
    return this.normalize(x, headNorm.kind, gains, biases);
  }

  private rotate(layer: LayerShape, head: Float64Array): Float64Array {
    const { r } = this.math;
    const dim = rotaryDimOf(layer);
    if (dim === 0) return head;
    const table = this.need(ROLE.rotary, this.rotaryDims.indexOf(dim));
    const out = head.slice();
    for (let i = 0; i < dim / 2; i += 1) {
      const cosine = table.values[this.position * dim + i] as number;
      const sine = table.values[this.position * dim + dim / 2 + i] as number;
      const [a, b] = [head[i] as number, head[i + dim / 2] as number];
      out[i] = r(r(a * cosine) - r(b * sine));
      out[i + dim / 2] = r(r(b * cosine) + r(a * sine));
    }
    return out;
  }

  private softmaxWeights(scores: Float64Array): { weights: Float64Array; inverseSum: number } {
    const { r, exponential, reciprocal } = this.math;
    const largest = scores.reduce((most, score) => Math.max(most, score), -Infinity);
    const weights = scores.map((score) => exponential(r(score - largest)));
    return { weights, inverseSum: reciprocal(this.sum(weights.length, (i) => weights[i] as number)) };
  }

  /**
   * @param block tokens whose weighted values are summed exactly
   * @param most the largest code of the query
   */
  private attendCodes(
    query: Float64Array,
    keys: Codes[],
    values: Codes[],
    finish: Finish,
    block: number,
    most: number,
  ): Float64Array {
    const { r } = this.math;
    const q = this.quantize(query, most);
    const scores = Float64Array.from(keys, (key, t) => {
      const dot = key.codes.reduce((sum, code, d) => sum + code * (q.codes[d] as number), 0);
      return finish(r(r(r(dot) * key.scale) * q.scale), t);
    });
    const { weights, inverseSum } = this.softmaxWeights(scores);
    const w = this.quantize(
      weights.map((weight, t) => r(weight * (values[t] as Codes).scale)),
      16383,
    );
    const factor = r(w.scale * inverseSum);
    return query.map((_, d) => {
      let total = 0;
      for (let begin = 0; begin < values.length; begin += block) {
        let sum = 0;
        for (let t = begin; t < Math.min(values.length, begin + block); t += 1) {
          sum += (w.codes[t] as number) * ((values[t] as Codes).codes[d] as number);
        }
        total = begin === 0 ? r(sum) : r(total + r(sum));
      }
      return r(total * factor);
    });
  }

  private attendF32(query: Float64Array, keys: Codes[], values: Codes[], finish: Finish): Float64Array {
    const { r } = this.math;
    const scores = Float64Array.from(keys, (key, t) =>
      finish(
        this.sum(query.length, (d) => (query[d] as number) * (key.codes[d] as number)),
        t,
      ),
    );
    const { weights, inverseSum } = this.softmaxWeights(scores);
    return query.map((_, d) => {
      const sum = weights.reduce(
        (total, weight, t) => r(total + r(weight * ((values[t] as Codes).codes[d] as number))),
        0,
      );
      return r(sum * inverseSum);
    });
  }

  private inner(index: number, layer: LayerShape, h: Float64Array): Float64Array {
    const apply = (x: number): number => this.apply(layer.function ?? 'silu', x);
    return layer.mlp === 'plain'
      ? this.linear(ROLE.up, index, h).map(apply)
      : this.gated(index, layer, h, apply);
  }

  private apply(name: (typeof FUNCTIONS)[number], x: number): number {
    const { r, reciprocal, exponential } = this.math;
    const logistic = (v: number): number => reciprocal(r(1 + exponential(Math.min(80, -v))));
    switch (name) {
      case 'silu':
        return r(x * logistic(x));
      case 'geluTanh': {
        const v = r(x * r(f(1.59576912) + r(f(0.0713548163) * r(x * x))));
        return r(x * logistic(v));
      }
      case 'gelu': {
        const z = r(f(0.707106781) * Math.abs(x));
        const t = reciprocal(r(1 + r(f(0.3275911) * z)));
        let p = f(1.061405429);
        for (const coefficient of [-1.453152027, 1.421413741, -0.284496736, 0.254829592])
          p = r(r(p * t) + f(coefficient));
        p = r(r(0.5 * r(p * t)) * exponential(-r(z * z)));
        return r(x * (x < 0 ? p : r(1 - p)));
      }
      case 'relu':
        return Math.max(x, 0);
      case 'relu2':
        return r(Math.max(x, 0) * Math.max(x, 0));
    }
  }

  private gated(
    index: number,
    layer: LayerShape,
    h: Float64Array,
    apply: (x: number) => number,
  ): Float64Array {
    const { r } = this.math;
    let gate: Float64Array, up: Float64Array;
    if (this.find(ROLE.gateUp, index) === undefined) {
      [gate, up] = [this.linear(ROLE.gate, index, h), this.linear(ROLE.up, index, h)];
    } else {
      const both = this.linear(ROLE.gateUp, index, h);
      gate = both.filter((_, i) => i % 2 === 0);
      up = both.filter((_, i) => i % 2 === 1);
    }
    return Float64Array.from({ length: layer.ffn }, (_, i) =>
      r(apply(gate[i] as number) * (up[i] as number)),
    );
  }
}
