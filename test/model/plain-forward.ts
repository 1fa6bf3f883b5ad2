/**
 * A decoder computed from its description as plainly as the papers write it, in float64: it judges whether the description
 * and the rows that a checkpoint gives are the model that the original library computes. Slow; for tiny models only.
 */
import type { Checkpoint, FloatDtype } from '../../src/checkpoint/checkpoint.js';
import type {
  AttentionSpec,
  ConvSpec,
  DecoderModel,
  LinearSpec,
  MlpSpec,
  HeadGains,
  HeadNormSpec,
  NormSpec,
  RotarySpec,
  TensorRef,
} from '../../src/model/decoder.js';
import { readRows } from '../../src/checkpoint/row-reader.js';
import { tensorKey } from '../../src/checkpoint/tensor-view.js';
import type { FunctionKind, NormKind } from '../../src/schema/kinds.js';

/** A matrix or vector, row by row. */
interface Weights {
  readonly values: Float64Array;
  readonly columns: number;
}

/** Logits of every position: row `p` predicts what follows `ids[0..p]`. */
export async function plainForward(
  model: DecoderModel,
  checkpoint: Checkpoint,
  ids: readonly number[],
): Promise<number[][]> {
  const cache = new Map<string, Weights>();
  const load = async (ref: TensorRef): Promise<Weights> => {
    const known = cache.get(tensorKey(ref));
    if (known !== undefined) return known;
    const rows = ref.shape.length > 1 ? (ref.shape[0] ?? 0) : 1;
    const bytes = await readRows(checkpoint, ref, 0, rows);
    const weights = { values: widen(bytes, ref.dtype), columns: ref.shape.at(-1) ?? 1 };
    cache.set(tensorKey(ref), weights);
    return weights;
  };
  const linear = async (spec: LinearSpec, input: readonly number[]): Promise<number[]> => {
    const { values, columns } = await load(spec.weight);
    const bias = spec.bias === null ? null : (await load(spec.bias)).values;
    return Array.from({ length: values.length / columns }, (_, row) => {
      let sum = bias?.[row] ?? 0;
      for (let i = 0; i < columns; i++) sum += (values[row * columns + i] ?? NaN) * (input[i] ?? NaN);
      return sum;
    });
  };
  const norm = async (spec: NormSpec, input: readonly number[]): Promise<number[]> => {
    const gain = spec.gain === null ? null : (await load(spec.gain)).values;
    const bias = spec.bias === null ? null : (await load(spec.bias)).values;
    return normalize(spec.kind, spec.epsilon, input).map(
      (x, i) => x * (gain === null ? 1 : (gain[i] ?? NaN) + spec.gainOffset) + (bias?.[i] ?? 0),
    );
  };
  const vectors = async ({ gains, biases }: HeadGains): Promise<Vectors> => ({
    gains: await Promise.all(gains.map(async (ref) => [...(await load(ref)).values])),
    biases: await Promise.all(biases.map(async (ref) => [...(await load(ref)).values])),
  });

  const embedding = await load(model.embedding);
  let states = ids.map((id) =>
    [...embedding.values.subarray(id * embedding.columns, (id + 1) * embedding.columns)].map(
      (x) => x * model.embeddingScale,
    ),
  );
  if (model.projections !== undefined) {
    const into = { weight: model.projections.into, bias: null };
    states = await Promise.all(states.map((state) => linear(into, state)));
  }
  if (model.positions !== null) {
    const { values, columns } = await load(model.positions);
    states = states.map((state, position) =>
      state.map((x, i) => x + (values[position * columns + i] ?? NaN)),
    );
  }
  for (const { steps } of model.blocks) {
    const places = new Map([['residual', states]]);
    for (const step of steps) {
      const input = places.get(step.reads) ?? [];
      let output: number[][];
      switch (step.kind) {
        case 'norm':
          output = await Promise.all(input.map((x) => norm(step.norm, x)));
          break;
        case 'attention':
          output = await attend(step.attention, model.rotaries, input, linear, vectors);
          break;
        case 'mlp':
          output = await Promise.all(input.map((x) => feedForward(step.mlp, x, linear)));
          break;
        case 'conv':
          output = await convolve(step.conv, input, linear, async (ref) => [...(await load(ref)).values]);
      }
      const old = places.get(step.writes) ?? [];
      const sum = (row: number[], at: number): number[] => row.map((x, i) => x + (old[at]?.[i] ?? NaN));
      places.set(step.writes, step.adds ? output.map(sum) : output);
    }
    states = places.get('residual') ?? [];
  }
  const head = model.head ?? { weight: model.embedding, bias: null };
  return Promise.all(
    states.map(async (state) => {
      const normed = await norm(model.finalNorm, state);
      const { projections } = model;
      const input =
        projections === undefined ? normed : await linear({ weight: projections.out, bias: null }, normed);
      return (await linear(head, input)).map((x) => cap(x * model.logitScale, model.logitCap));
    }),
  );
}

/** Gains and biases of heads, as they are stored. */
interface Vectors {
  readonly gains: readonly (readonly number[])[];
  readonly biases: readonly (readonly number[])[];
}

function cap(x: number, limit: number | null): number {
  return limit === null ? x : limit * Math.tanh(x / limit);
}

type ApplyLinear = (spec: LinearSpec, input: readonly number[]) => Promise<number[]>;

async function attend(
  attention: AttentionSpec,
  rotaries: readonly RotarySpec[],
  input: readonly (readonly number[])[],
  linear: ApplyLinear,
  vectors: (gains: HeadGains) => Promise<Vectors>,
): Promise<number[][]> {
  const { heads, kvHeads, headDim, scale, scoreCap, window, headNorm, position: positions } = attention;
  const limit = attention.clip ?? Infinity;
  const clip = (xs: number[]): number[] => xs.map((x) => Math.max(-limit, Math.min(limit, x)));
  const [queryNorm, keyNorm] =
    headNorm === null ? [] : [await vectors(headNorm.query), await vectors(headNorm.key)];
  const slope = (head: number): number => (positions.kind === 'alibi' ? (positions.slopes[head] ?? NaN) : 0);
  const rotary = positions.kind === 'rotary' ? rotaries[positions.table] : undefined;
  const queries: number[][][] = [];
  const keys: number[][][] = [];
  const values: number[][][] = [];
  for (const [position, x] of input.entries()) {
    const turn = (head: number[]): number[] => (rotary === undefined ? head : rotate(head, position, rotary));
    const turned = (all: number[], norm: Vectors | undefined): number[][] => {
      const normed = (xs: number[][]): number[][] =>
        headNorm === null || norm === undefined ? xs : normalizeHeads(headNorm, norm, xs);
      const apart = split(clip(all), headDim);
      return headNorm?.turned === true ? normed(apart.map(turn)) : normed(apart).map(turn);
    };
    queries.push(turned(await linear(attention.query, x), queryNorm));
    keys.push(turned(await linear(attention.key, x), keyNorm));
    values.push(split(clip(await linear(attention.value, x)), headDim));
  }
  const output: number[][] = [];
  for (const position of input.keys()) {
    const mixed: number[] = [];
    for (let head = 0; head < heads; head++) {
      const shared = Math.floor(head / (heads / kvHeads));
      const first = window === null ? 0 : Math.max(0, position - window + 1);
      const scores: number[] = [];
      for (let t = first; t <= position; t++) {
        const score = scale * dot(queries[position]?.[head] ?? [], keys[t]?.[shared] ?? []);
        scores.push(cap(score, scoreCap) - slope(head) * (position - t));
      }
      const shares = softmax(scores);
      for (let i = 0; i < headDim; i++) {
        mixed.push(
          shares.reduce((sum, share, t) => sum + share * (values[first + t]?.[shared]?.[i] ?? NaN), 0),
        );
      }
    }
    output.push((await linear(attention.output, mixed)).map((y) => y * attention.factor));
  }
  return output;
}

function normalize(kind: NormKind, epsilon: number, x: readonly number[]): number[] {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  switch (kind) {
    case 'rms': {
      const squares = x.reduce((sum, value) => sum + value * value, 0) / x.length;
      return x.map((value) => value / Math.sqrt(squares + epsilon));
    }
    case 'layer': {
      const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
      return x.map((value) => (value - mean) / Math.sqrt(variance + epsilon));
    }
  }
}

function normalizeHeads(
  { kind, epsilon, over, gainOffset }: HeadNormSpec,
  { gains, biases }: Vectors,
  heads: number[][],
): number[][] {
  const scaled = (x: readonly number[], at: number): number[] =>
    normalize(kind, epsilon, x).map((value, i) => {
      const gain = gains.length === 0 ? 1 : (gains[at]?.[i] ?? NaN) + gainOffset;
      return value * gain + (biases.length === 0 ? 0 : (biases[at]?.[i] ?? NaN));
    });
  switch (over) {
    case 'all':
      return split(scaled(heads.flat(), 0), heads[0]?.length ?? 0);
    case 'head':
      return heads.map((head) => scaled(head, 0));
    case 'heads':
      return heads.map((head, at) => scaled(head, at));
  }
}

async function feedForward(mlp: MlpSpec, x: readonly number[], linear: ApplyLinear): Promise<number[]> {
  return (await linear(mlp.down, await inner(mlp, x, linear))).map((y) => y * mlp.factor);
}

async function inner(mlp: MlpSpec, x: readonly number[], linear: ApplyLinear): Promise<number[]> {
  const up = await linear(mlp.up, x);
  switch (mlp.kind) {
    case 'gated': {
      if (mlp.gate === null) throw new Error('a gated feed-forward without a gate');
      const gate = await linear(mlp.gate, x);
      return gate.map((g, i) => apply(mlp.function, g) * (up[i] ?? NaN));
    }
    case 'plain':
      return up.map((x) => apply(mlp.function, x));
  }
}

async function convolve(
  { input, taps, bias, output }: ConvSpec,
  states: readonly (readonly number[])[],
  linear: ApplyLinear,
  vector: (ref: TensorRef) => Promise<number[]>,
): Promise<number[][]> {
  const thirds = await Promise.all(
    states.map(async (x) => split(await linear(input, x), x.length) as [number[], number[], number[]]),
  );
  const opened = thirds.map(([b, , x]) => x.map((value, i) => value * (b[i] ?? NaN)));
  const factors = await Promise.all(taps.map(vector));
  const base = bias === null ? null : await vector(bias);
  return Promise.all(
    thirds.map(async ([, c], position) => {
      const sums = c.map((_, i) =>
        factors.reduce((sum, factor, tap) => {
          const seen = opened[position - taps.length + 1 + tap];
          return seen === undefined ? sum : sum + (factor[i] ?? NaN) * (seen[i] ?? NaN);
        }, base?.[i] ?? 0),
      );
      return linear(
        output,
        sums.map((sum, i) => sum * (c[i] ?? NaN)),
      );
    }),
  );
}

function apply(kind: FunctionKind, x: number): number {
  switch (kind) {
    case 'silu':
      return x / (1 + Math.exp(-x));
    case 'gelu':
      return (x / 2) * (1 + erf(x / Math.SQRT2));
    case 'geluTanh':
      return (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
    case 'relu':
      return Math.max(x, 0);
    case 'relu2':
      return Math.max(x, 0) ** 2;
  }
}

/** The error function by its power series, exact to 1e-12 for the magnitudes that occur. */
function erf(x: number): number {
  if (Math.abs(x) > 5) return Math.sign(x);
  let [term, sum] = [x, x];
  for (let n = 1; n < 120; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

function split(values: readonly number[], size: number): number[][] {
  return Array.from({ length: values.length / size }, (_, i) => values.slice(i * size, (i + 1) * size));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x, i) => sum + x * (b[i] ?? NaN), 0);
}

function softmax(scores: readonly number[]): number[] {
  const largest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

function rotate(
  head: readonly number[],
  position: number,
  { dim, inverseFrequencies, attentionFactor }: RotarySpec,
): number[] {
  const result = [...head];
  for (let i = 0; i < dim / 2; i++) {
    const angle = position * (inverseFrequencies[i] ?? NaN);
    const [cos, sin] = [attentionFactor * Math.cos(angle), attentionFactor * Math.sin(angle)];
    const [a, b] = [head[i] ?? NaN, head[i + dim / 2] ?? NaN];
    result[i] = a * cos - b * sin;
    result[i + dim / 2] = b * cos + a * sin;
  }
  return result;
}

/** Sign, exponent and fraction bits and exponent bias of each type. */
const LAYOUTS: Readonly<Record<FloatDtype, readonly [exponent: number, fraction: number, bias: number]>> = {
  F32: [8, 23, 127],
  BF16: [8, 7, 127],
  F16: [5, 10, 15],
  F8_E5M2: [5, 2, 15],
  F8_E4M3: [4, 3, 7],
};

/** The values of raw little-endian bytes, by the definition of each type; only finite values occur in the fixtures. */
export function widen(bytes: Uint8Array, dtype: FloatDtype): Float64Array {
  const [exponentBits, fractionBits, bias] = LAYOUTS[dtype];
  const size = (1 + exponentBits + fractionBits) / 8;
  return Float64Array.from({ length: bytes.length / size }, (_, i) => {
    let code = 0;
    for (let k = size - 1; k >= 0; k--) code = code * 256 + (bytes[i * size + k] ?? 0);
    const fraction = code % 2 ** fractionBits;
    const exponent = Math.floor(code / 2 ** fractionBits) % 2 ** exponentBits;
    const sign = code >= 2 ** (exponentBits + fractionBits) ? -1 : 1;
    return exponent === 0
      ? sign * fraction * 2 ** (1 - bias - fractionBits)
      : sign * (2 ** fractionBits + fraction) * 2 ** (exponent - bias - fractionBits);
  });
}
