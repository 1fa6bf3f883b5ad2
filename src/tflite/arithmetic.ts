/** The operators' arithmetic on rows of elements, in 32-bit floats. */
import { elementCount } from './graph.js';

/** Elements of a tensor, row after row. */
export type Values = Float32Array | Int32Array | Int8Array;

/** Applies a function of one element. */
export function unary(operator: keyof typeof UNARY, x: Values): Float32Array {
  return Float32Array.from(x, UNARY[operator]);
}

const UNARY = {
  ABS: Math.abs,
  EXP: Math.exp,
  LOGISTIC: (x: number): number => 1 / (1 + Math.exp(-x)),
  NEG: (x: number): number => -x,
  RELU: (x: number): number => Math.max(x, 0),
  RSQRT: (x: number): number => 1 / Math.sqrt(x),
  TANH: Math.tanh,
};

const BINARY = {
  ADD: (x: number, y: number): number => x + y,
  DIV: (x: number, y: number): number => x / y,
  LESS_EQUAL: (x: number, y: number): number => (x <= y ? 1 : 0),
  MAXIMUM: Math.max,
  MINIMUM: Math.min,
  MUL: (x: number, y: number): number => x * y,
  SUB: (x: number, y: number): number => x - y,
};

/** Applies a function of two elements, broadcast to `shape`. A comparison gives 0 or 1. */
export function binary(
  operator: keyof typeof BINARY,
  x: Values,
  xShape: readonly number[],
  y: Values,
  yShape: readonly number[],
  shape: readonly number[],
): Float32Array {
  const apply = BINARY[operator];
  const [xs, ys] = [broadcastIndices(xShape, shape), broadcastIndices(yShape, shape)];
  return Float32Array.from({ length: elementCount(shape) }, (_, i) =>
    apply(x[xs(i)] as number, y[ys(i)] as number),
  );
}

/** Chooses element by element, broadcast to `shape`. */
export function select(
  condition: Values,
  conditionShape: readonly number[],
  yes: Values,
  yesShape: readonly number[],
  no: Values,
  noShape: readonly number[],
  shape: readonly number[],
): Float32Array {
  const [cs, ys, ns] = [conditionShape, yesShape, noShape].map((from) => broadcastIndices(from, shape)) as [
    At,
    At,
    At,
  ];
  return Float32Array.from({ length: elementCount(shape) }, (_, i) =>
    condition[cs(i)] === 0 ? (no[ns(i)] as number) : (yes[ys(i)] as number),
  );
}

type At = (index: number) => number;

/** Where the element for an index of the broadcast shape lies. */
function broadcastIndices(from: readonly number[], shape: readonly number[]): At {
  const count = elementCount(from);
  if (count === elementCount(shape)) return (index) => index;
  if (count === 1) return () => 0;
  const strides = shape.map((_, axis) => {
    const own = axis - (shape.length - from.length);
    return own < 0 || from[own] === 1 ? 0 : elementCount(from.slice(own + 1));
  });
  return (index) => {
    let at = 0;
    let left = index;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const length = shape[axis] as number;
      at += (left % length) * (strides[axis] as number);
      left = Math.floor(left / length);
    }
    return at;
  };
}

/** Of each row of `length`. */
export function softmax(x: Values, length: number): Float32Array {
  const shares = new Float32Array(x.length);
  for (let begin = 0; begin < x.length; begin += length) {
    let most = -Infinity;
    for (let i = 0; i < length; i++) most = Math.max(most, x[begin + i] as number);
    let sum = 0;
    for (let i = 0; i < length; i++) sum += shares[begin + i] = Math.exp((x[begin + i] as number) - most);
    for (let i = 0; i < length; i++) shares[begin + i] = (shares[begin + i] as number) / sum;
  }
  return shares;
}

/** Of each row of `length`. */
export function mean(x: Values, length: number): Float32Array {
  return Float32Array.from({ length: x.length / length }, (_, row) => {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += x[row * length + i] as number;
    return sum / length;
  });
}

/** `weights x`, `weights` with as many columns as `x` has elements. */
export function product(weights: Values, x: Values): Float32Array {
  const columns = x.length;
  return Float32Array.from({ length: weights.length / columns }, (_, row) => {
    let sum = 0;
    for (let i = 0, at = row * columns; i < columns; i++, at++)
      sum += (weights[at] as number) * (x[i] as number);
    return sum;
  });
}

/** `x yᵀ` for each of the first axis: `[n, a, c]` by `[n, b, c]`. */
export function batchProduct(
  x: Values,
  [n = 0, a = 0, c = 0]: readonly number[],
  y: Values,
  [, b = 0]: readonly number[],
): Float32Array {
  const result = new Float32Array(n * a * b);
  for (let batch = 0, at = 0; batch < n; batch++) {
    const rows = y.subarray(batch * b * c, (batch + 1) * b * c);
    for (let row = 0; row < a; row++, at += b)
      result.set(product(rows, x.subarray((batch * a + row) * c, (batch * a + row + 1) * c)), at);
  }
  return result;
}

/** Parts of each row of `length`, which together are all of it. */
export function cut(x: Values, length: number, lengths: readonly number[]): Float32Array[] {
  let from = 0;
  return lengths.map((part) => {
    const begin = from;
    from += part;
    return Float32Array.from({ length: (x.length / length) * part }, (_, i) => {
      return x[Math.floor(i / part) * length + begin + (i % part)] as number;
    });
  });
}

/** A copy of `target`, of three axes, with `part` in it from `begin` on, which is moved so that the part lies inside. */
export function update(
  target: Values,
  shape: readonly number[],
  part: Values,
  partShape: readonly number[],
  begin: Values,
): Float32Array {
  const result = Float32Array.from(target);
  const [, rows = 0, columns = 0] = shape;
  const [n = 0, partRows = 0, partColumns = 0] = partShape;
  const [b0 = 0, b1 = 0, b2 = 0] = shape.map((length, axis) =>
    Math.max(0, Math.min(begin[axis] ?? 0, length - (partShape[axis] ?? 0))),
  );
  let at = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < partRows; j++)
      for (let k = 0; k < partColumns; k++)
        result[((b0 + i) * rows + b1 + j) * columns + b2 + k] = part[at++] as number;
  return result;
}
