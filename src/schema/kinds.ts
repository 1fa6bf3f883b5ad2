/**
 * Every kind word of the product, once: what a step is, how it normalizes, which encodings and caches there are. Each
 * table gives a word its code in the package. The type of a kind is the words of its table, so that a word that is added
 * here makes every place that must know it a type error; the engine's header and the float reference's kinds are
 * generated from the same tables (`npm run schema`).
 *
 * Codes count from 0 without gaps: readers check a code by its range.
 */

/** What a step of a block does. */
export const STEP = { norm: 0, attention: 1, mlp: 2, conv: 3 } as const;
export type StepKind = keyof typeof STEP;

/** The vectors of a token, hidden size wide, that steps read and write. */
export const PLACE = {
  /** The residual stream, which the embedding begins and the final norm ends. */
  residual: 0,
  /** What a norm usually writes, and attention and feed-forward usually read. */
  normed: 1,
  /** A second one, for blocks whose branches are parallel or normalized afterwards. */
  branch: 2,
} as const;
export type PlaceKind = keyof typeof PLACE;

/**
 * Normalizations. `rms`: by the root of the mean square (Zhang and Sennrich, 2019). `layer`: less the mean, by the root of
 * the variance (Ba, Kiros and Hinton, 2016).
 */
export const NORM = { rms: 0, layer: 1 } as const;
export type NormKind = keyof typeof NORM;

/** Feed-forwards. `gated`: `down(function(gate x) * (up x))` (Shazeer, 2020). `plain`: `down(function(up x))`. */
export const MLP = { gated: 0, plain: 1 } as const;
export type MlpKind = keyof typeof MLP;

/**
 * Functions between the matrices of a feed-forward. `silu`: `x / (1 + exp(-x))`. `gelu`: `x` times the normal distribution
 * function of `x`, `geluTanh`: the same by a hyperbolic tangent (Hendrycks and Gimpel, 2016). `relu`: `max(x, 0)`. `relu2`:
 * its square.
 */
export const FUNCTION = { silu: 0, gelu: 1, geluTanh: 2, relu: 3, relu2: 4 } as const;
export type FunctionKind = keyof typeof FUNCTION;

/**
 * How attention knows positions. `rotary`: rotate-half pairing, element `i` with `i + dim / 2` (Su et al., 2021). `alibi`: a
 * slope of each head times the distance is taken off its scores (Press, Smith and Lewis, 2021).
 */
export const POSITION = { none: 0, rotary: 1, alibi: 2 } as const;
export type PositionKind = keyof typeof POSITION;

/**
 * What queries and keys are normalized over. `head`: each head, with the same gains for all. `heads`: each head, with gains
 * of its own. `all`: all heads together.
 */
export const HEAD_NORM = { none: 0, head: 1, heads: 2, all: 3 } as const;
export type HeadNormKind = keyof typeof HEAD_NORM;

/**
 * How the key/value cache is stored. `int8`: codes with one scale per key/value head and token. `int16`: the same with codes
 * of 16 bits, within ±32,639. `k16v8`: keys of 16 bits, values of INT8.
 */
export const CACHE = { int8: 0, float32: 1, int16: 2, k16v8: 3 } as const;
export type CacheKind = keyof typeof CACHE;

/**
 * What the inputs of matrices become. `dynamic`: codes as each matrix says (`INPUT`), their scales found on the device.
 * `static`: INT8, one calibrated scale a matrix where its record has one. `float32`: not quantized.
 */
export const ACTIVATION = { dynamic: 0, static: 1, float32: 2 } as const;
export type ActivationKind = keyof typeof ACTIVATION;

/**
 * How a vector is quantized before a matrix of codes is multiplied with it, chosen for each matrix. `int8`: codes within
 * ±127, one scale a vector. `int8By32`, `int8By64`: the same with a scale for each 32 or 64 elements. `int16`: codes within
 * ±32,639, one scale a vector; a code is 256 * high + low with both parts signed 8-bit numbers.
 */
export const INPUT = { int8: 0, int8By32: 1, int8By64: 2, int16: 3 } as const;
export type InputKind = keyof typeof INPUT;

/** Memories in which the plan places tensors. */
export const MEMORY = { flash: 0, psram: 1, sram: 2 } as const;
export type MemoryKind = keyof typeof MEMORY;

/** Where a matrix's input comes from; its range is what a static scale is calibrated for. */
export const SITE = {
  /** Into query, key and value. */
  attention: 0,
  /** Into the attention's output projection. */
  output: 1,
  /** Into gate and up. */
  mlp: 2,
  /** Into down. */
  down: 3,
  /** Into the head. */
  head: 4,
  /** Into the first matrix of a convolution. */
  conv: 5,
  /** Into its last one. */
  convOutput: 6,
  /** Into the projection of embeddings to the hidden size. */
  projectIn: 7,
  /** Into the projection back, before the head. */
  projectOut: 8,
} as const;
export type SiteKind = keyof typeof SITE;

/**
 * The word of a code.
 * @returns `undefined` for a code that the table does not have
 */
export function wordOf<T extends Readonly<Record<string, number>>>(
  table: T,
  code: number,
): keyof T | undefined {
  return (Object.keys(table) as (keyof T)[]).find((word) => table[word] === code);
}
