/** What can be asked of the tests' writer of packages, and the numbers of the format that it and the plain engine use. */
import { PRE_NORM, type StepShape } from './block-shapes.js';

/** Functions of feed-forwards, by their number in the format. */
export const FUNCTIONS = ['silu', 'gelu', 'geluTanh', 'relu', 'relu2'] as const;

/** What queries and keys are normalized over, by its number in the format. */
export const HEAD_NORMS = ['none', 'head', 'heads', 'all'] as const;

/** Norms, by their number in the format. */
export const NORMS = ['rms', 'layer'] as const;

export interface HeadNormShape {
  readonly over: Exclude<(typeof HEAD_NORMS)[number], 'none'>;
  readonly kind: (typeof NORMS)[number];
  /** Behind the rotation. */
  readonly turned?: boolean;
  readonly gains?: boolean;
  readonly biases?: boolean;
}

export interface LayerShape {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly ffn: number;
  /** Tokens that a convolution sees; default: 3. */
  readonly taps?: number;
  readonly window?: number;
  /** Rotated elements; 0 for no rotary. Default: all. */
  readonly rotaryDim?: number;
  readonly scoreScale?: number;
  readonly scoreCap?: number;
  readonly clip?: number;
  readonly headNorm?: HeadNormShape;
  /** Scores fall with the distance; nothing rotates. */
  readonly slopes?: boolean;
  /** Default: gated. */
  readonly mlp?: 'gated' | 'plain';
  /** Default: silu. */
  readonly function?: (typeof FUNCTIONS)[number];
  /** Default: a norm before attention and one before the feed-forward. */
  readonly steps?: readonly StepShape[];
}

export interface ModelShape {
  readonly hidden: number;
  readonly vocab: number;
  readonly context: number;
  readonly maxBatch?: number;
  readonly layers: readonly LayerShape[];
  /**
   * 0 f32; int8 with a scale 1 per source tensor, 2 per channel, 3 per group; 4 per channel, times a byte per group; 5 int4
   * with a scale per channel, and a byte and an offset per group.
   */
  readonly encoding: 0 | 1 | 2 | 3 | 4 | 5;
  readonly group?: number;
  readonly fused?: boolean;
  readonly gains?: boolean;
  readonly normBiases?: boolean;
  readonly biases?: boolean;
  readonly tied?: boolean;
  readonly headBias?: boolean;
  readonly f32Embed?: boolean;
  readonly cache?: 'int8' | 'f32' | 'int16' | 'k16v8';
  readonly activations?: 'dynamic' | 'static';
  /** How inputs are quantized (0 one scale a vector, 1 by 32, 2 by 64, 3 in 16 bits), matrix by matrix in turn; default 0. */
  readonly inputs?: readonly number[];
  readonly embeddingScale?: number;
  readonly logitScale?: number;
  readonly logitCap?: number;
  /** Of all norms of the hidden size; default: rms. */
  readonly norm?: (typeof NORMS)[number];
  /** A vector is learned for each position. */
  readonly positions?: boolean;
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
  /** Number of the step or rotary table. */
  readonly index: number;
  readonly encoding: number;
  readonly rows: number;
  readonly cols: number;
  readonly group: number;
  /** Values of f32 tensors, codes of the others; row by row without padding. */
  readonly values: Float32Array | Int8Array;
  readonly scales: Float32Array;
  /** Bytes that the scales of rows are multiplied with, group by group; with encodings 4 and 5 only. */
  readonly numbers?: Uint8Array;
  /** Eighths that are added to codes times numbers, group by group; with encoding 5 only. */
  readonly offsets?: Int8Array;
  readonly activationScale: number;
  /** How its input is quantized. */
  readonly input: number;
}

/** A step with its place in the model. */
export interface MadeStep extends StepShape {
  readonly layer: number;
  readonly shape: LayerShape;
}

/** The steps of all layers, in order. */
export function stepsOf(shape: ModelShape): MadeStep[] {
  return shape.layers.flatMap((layer, index) =>
    (layer.steps ?? PRE_NORM).map((step) => ({ ...step, layer: index, shape: layer })),
  );
}

export const ROLE = {
  embed: 1,
  head: 2,
  headBias: 3,
  finalNorm: 4,
  finalNormBias: 5,
  rotary: 6,
  positions: 7,
  norm: 16,
  normBias: 17,
  qkv: 32,
  qkvBias: 33,
  q: 34,
  qBias: 35,
  k: 36,
  kBias: 37,
  v: 38,
  vBias: 39,
  o: 40,
  oBias: 41,
  queryNorm: 42,
  keyNorm: 44,
  slopes: 46,
  gateUp: 48,
  gateUpBias: 49,
  gate: 50,
  gateBias: 51,
  up: 52,
  upBias: 53,
  down: 54,
  downBias: 55,
  convIn: 64,
  convTaps: 66,
  convTapsBias: 67,
  convOut: 68,
} as const;

/** Of every norm. */
export const EPSILON = 1e-5;

/** Index of what belongs to no step or table. */
export const GLOBAL = 0xffff;

/** Tokens that a layer's convolutions see. */
export function tapsOf(layer: LayerShape): number {
  return layer.taps ?? 3;
}

/** Rotated elements of each rotary table. */
export function rotaryDims(shape: ModelShape): number[] {
  const dims = stepsOf(shape)
    .filter(({ kind }) => kind === 'attention')
    .map((step) => rotaryDimOf(step.shape));
  return [...new Set(dims.filter((dim) => dim > 0))];
}

/** Elements of a head that rotate. */
export function rotaryDimOf(layer: LayerShape): number {
  return layer.slopes === true ? 0 : (layer.rotaryDim ?? layer.headDim);
}
