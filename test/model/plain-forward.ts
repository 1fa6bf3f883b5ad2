/**
 * A decoder computed from its description as plainly as the papers write it, in float64: it judges whether the description
 * and the rows that a checkpoint gives are the model that the original library computes. Slow; for tiny models only.
 */
import type { Checkpoint, FloatDtype } from '../../src/checkpoint/checkpoint.js';
import type {
  AttentionSpec,
  DecoderModel,
  LinearSpec,
  MlpSpec,
  NormSpec,
  RotarySpec,
  TensorRef,
} from '../../src/model/decoder.js';
import type { FunctionKind } from '../../src/schema/kinds.js';

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
    const known = cache.get(ref.name);
    if (known !== undefined) return known;
    const rows = ref.shape.length > 1 ? (ref.shape[0] ?? 0) : 1;
    const bytes = await checkpoint.readRows(ref.name, 0, rows);
    const weights = { values: widen(bytes, ref.dtype), columns: ref.shape.at(-1) ?? 1 };
    cache.set(ref.name, weights);
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
    const gain = (await load(spec.gain)).values;
    const bias = spec.bias === null ? null : (await load(spec.bias)).values;
    return normalize(spec, input).map((x, i) => x * (gain[i] ?? NaN) + (bias?.[i] ?? 0));
  };

  const embedding = await load(model.embedding);
  let states = ids.map((id) =>
    [...embedding.values.subarray(id * embedding.columns, (id + 1) * embedding.columns)].map(
      (x) => x * model.embeddingScale,
    ),
  );
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
          output = await attend(step.attention, model.rotaries, input, linear);
          break;
        case 'mlp':
          output = await Promise.all(input.map((x) => feedForward(step.mlp, x, linear)));
      }
      const old = places.get(step.writes) ?? [];
      const sum = (row: number[], at: number): number[] => row.map((x, i) => x + (old[at]?.[i] ?? NaN));
      places.set(step.writes, step.adds ? output.map(sum) : output);
    }
    states = places.get('residual') ?? [];
  }
  const head = model.head ?? { weight: model.embedding, bias: null };
  return Promise.all(states.map(async (state) => linear(head, await norm(model.finalNorm, state))));
}

type ApplyLinear = (spec: LinearSpec, input: readonly number[]) => Promise<number[]>;

async function attend(
  attention: AttentionSpec,
  rotaries: readonly RotarySpec[],
  input: readonly (readonly number[])[],
  linear: ApplyLinear,
): Promise<number[][]> {
  const { heads, kvHeads, headDim, scale, window, position: positions } = attention;
  const rotary = positions.kind === 'rotary' ? rotaries[positions.table] : undefined;
  const queries: number[][][] = [];
  const keys: number[][][] = [];
  const values: number[][][] = [];
  for (const [position, x] of input.entries()) {
    const turn = (head: number[]): number[] => (rotary === undefined ? head : rotate(head, position, rotary));
    queries.push(split(await linear(attention.query, x), headDim).map(turn));
    keys.push(split(await linear(attention.key, x), headDim).map(turn));
    values.push(split(await linear(attention.value, x), headDim));
  }
  const output: number[][] = [];
  for (const position of input.keys()) {
    const mixed: number[] = [];
    for (let head = 0; head < heads; head++) {
      const shared = Math.floor(head / (heads / kvHeads));
      const first = window === null ? 0 : Math.max(0, position - window + 1);
      const scores: number[] = [];
      for (let t = first; t <= position; t++) {
        scores.push(scale * dot(queries[position]?.[head] ?? [], keys[t]?.[shared] ?? []));
      }
      const shares = softmax(scores);
      for (let i = 0; i < headDim; i++) {
        mixed.push(
          shares.reduce((sum, share, t) => sum + share * (values[first + t]?.[shared]?.[i] ?? NaN), 0),
        );
      }
    }
    output.push(await linear(attention.output, mixed));
  }
  return output;
}

function normalize({ kind, epsilon }: NormSpec, x: readonly number[]): number[] {
  switch (kind) {
    case 'rms': {
      const mean = x.reduce((sum, value) => sum + value * value, 0) / x.length;
      return x.map((value) => value / Math.sqrt(mean + epsilon));
    }
  }
}

async function feedForward(mlp: MlpSpec, x: readonly number[], linear: ApplyLinear): Promise<number[]> {
  switch (mlp.kind) {
    case 'gated': {
      if (mlp.gate === null) throw new Error('a gated feed-forward without a gate');
      const gate = await linear(mlp.gate, x);
      const up = await linear(mlp.up, x);
      return linear(
        mlp.down,
        gate.map((g, i) => apply(mlp.function, g) * (up[i] ?? NaN)),
      );
    }
  }
}

function apply(kind: FunctionKind, x: number): number {
  switch (kind) {
    case 'silu':
      return x / (1 + Math.exp(-x));
  }
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
