/**
 * The contract of the WebAssembly kernels (`kernels/`, Rust): what the quantization driver, the float reference and
 * the report call. `kernels.ts` loads and implements it.
 *
 * All objects live in one WebAssembly memory that only grows. Views into it (`OutputBlock.codes`, `.scales`) are valid
 * until the next call of any kernel method: read them through the getter each time, copy what must stay.
 * Objects hold that memory until `dispose()`.
 */
import type { FloatDtype } from '../checkpoint/checkpoint.js';
import type { DecoderModel } from '../model/decoder.js';
import type { EncodingKind } from '../schema/encodings.js';
import type { InputKind, SiteKind } from '../schema/kinds.js';

/** How a matrix is stored in the package. */
export type RowEncoding = EncodingKind;

/** Columns that share a scale with an encoding in groups. */
export type GroupSize = 16 | 32 | 64 | 128;

/** One source tensor and what becomes of its rows. */
export interface QuantizerSpec {
  readonly dtype: FloatDtype;
  /** Rows of the whole tensor; they arrive in order, in pieces of any size. */
  readonly rows: number;
  readonly cols: number;
  readonly encoding: RowEncoding;
  /** Needed with encodings in groups only. */
  readonly group?: GroupSize | undefined;
  /** One factor per column, applied to every row first (a folded norm gain). */
  readonly gain?: Float32Array | undefined;
  /** Factor on every element, applied after the gain (a folded attention scale). */
  readonly multiplier?: number | undefined;
  /**
   * How much the squared error of each column counts where scales are searched for (`int8GroupU8`, `int4Group`), e.g. the
   * mean square of what it is multiplied with; default: all alike. Only ratios count; finite, not negative.
   */
  readonly importance?: Float32Array | undefined;
}

/** Where the rows of one call land in an {@link OutputBlock}: input row `i` becomes row `first + i * step`. */
export interface RowPlacement {
  /** Default 0. */
  readonly first?: number | undefined;
  /** Default 1; 2 interleaves two tensors (gate and up). */
  readonly step?: number | undefined;
}

/** Quantized rows in kernel memory: what several quantizers may write into, side by side or interleaved. */
export interface OutputBlock {
  readonly rows: number;
  /** Bytes from one row to the next, a multiple of 16; the padding of a written row is zero. */
  readonly rowStride: number;
  readonly scalesPerRow: number;
  readonly groupScalesPerRow: number;
  readonly groupOffsetsPerRow: number;
  /** View of all rows: `rows * rowStride` bytes (codes as the encoding stores them, or little-endian f32 for `float32`). */
  readonly codes: Uint8Array;
  /** View of all scales: `rows * scalesPerRow`, row-major. */
  readonly scales: Float32Array;
  /** View of the 8-bit scales of all groups: `rows * groupScalesPerRow`, row-major; empty unless there are such. */
  readonly groupScales: Uint8Array;
  /** View of the 8-bit offsets of all groups: `rows * groupOffsetsPerRow`, row-major; empty unless there are such. */
  readonly groupOffsets: Int8Array;
  dispose(): void;
}

/** Counts of a sample of rows over equal bins of `[-limit, limit)`. */
export interface WeightHistogram {
  /** A power of two above the largest magnitude in the sample (0 when the sample is all zero or empty). */
  readonly limit: number;
  /** 128 bins: the values as they were (after gain and multiplier). */
  readonly before: Uint32Array;
  /** 128 bins: code times scale; all zero for encoding `float32`. */
  readonly after: Uint32Array;
  /** 255 bins: how often each code from -127 to 127 occurs; all zero for encoding `float32`. */
  readonly codes: Uint32Array;
}

/** What was seen while one tensor was converted; values are those after gain and multiplier. */
export interface TensorStatistics {
  /** Elements seen so far. */
  readonly count: number;
  /** Elements that are NaN or infinite; they are converted as 0, and a caller should refuse the tensor. */
  readonly nonFinite: number;
  /** The first of them, in the tensor's own rows and columns. */
  readonly firstNonFinite: { readonly row: number; readonly col: number } | null;
  /** Elements that are exactly zero. */
  readonly zeros: number;
  readonly min: number;
  readonly max: number;
  readonly amax: number;
  /** Sum of squares of the values. */
  readonly signalSquares: number;
  /** Sum of squares of `code * scale - value`; 0 for encoding `float32`. */
  readonly errorSquares: number;
  /** `10 log10(signal / error)` in dB; `Infinity` without error, `NaN` for an all-zero tensor. */
  readonly sqnr: number;
  readonly histogram: WeightHistogram;
}

/**
 * Turns the rows of one source tensor into codes and scales.
 *
 * `scale = amax / 127` over the row, the group or the tensor; `code = round-half-to-even(value / scale)`, within ±127.
 * A scale below the smallest normal f32 becomes 0 with all codes 0.
 * Encoding `int8GroupU8`: `scale = amax / (127 * 255)` over the row; each group's 8-bit factor of it is the one with the
 * least squared error of those that are near `amax / 127 / scale` of the group (from the next below to the second above
 * what is rounded up, 1 to 255; 0 for a group of zeros).
 * Encoding `int4Group`: a weight is `scale * (group scale * code + 8 * group offset)`; `scale` over the row is the smallest
 * with which the range of every group fits into its two numbers, and these are what a search by least squares finds
 * (`quantize/int4.rs`). Errors count by `importance`.
 */
export interface RowQuantizer {
  readonly spec: QuantizerSpec;
  /** Bytes of one input row. */
  readonly rowBytes: number;
  /**
   * First pass of encoding `int8Tensor`: takes the next rows into the tensor's largest magnitude.
   * All rows must have been measured before {@link quantize}.
   * @throws RangeError when the bytes are not whole rows or exceed the tensor
   */
  measure(bytes: Uint8Array): void;
  /**
   * Converts the next rows into a block, which must have this tensor's row stride and number of scales per row.
   * @param bytes raw little-endian rows; any length that is a multiple of {@link rowBytes}
   * @returns number of rows written
   * @throws RangeError when the bytes are not whole rows, exceed the tensor or do not fit the block; nothing is written then
   */
  quantize(bytes: Uint8Array, output: OutputBlock, placement?: RowPlacement): number;
  /** The one scale of encoding `int8Tensor`, known once all rows were measured. */
  readonly tensorScale: number;
  statistics(): TensorStatistics;
  dispose(): void;
}

/** Options of {@link Kernels.createReference}. */
export interface ReferenceOptions {
  /** Positions that may be evaluated before {@link ReferenceEngine.reset}; at most the model's `maxPositions`, the default. */
  readonly context?: number | undefined;
}

/** Range of the activations that enter one group of matrices. */
export interface ActivationRange {
  /** Number among the steps of all blocks; `null` for the head. */
  readonly step: number | null;
  readonly site: SiteKind;
  /** Values seen. */
  readonly count: number;
  /** Largest magnitude as the original matrices see it (after the norm's gain, where the input comes from a norm). */
  readonly amax: number;
  /** The same magnitude's percentile that was asked for (never above `amax`). */
  readonly clip: number;
  /** Largest magnitude when that gain is folded into the weights (before the gain); equals `amax` where there is none. */
  readonly foldedAmax: number;
  /** Its percentile. */
  readonly foldedClip: number;
  /** Signal-to-noise ratio in dB that each kind of input leaves; `Infinity` without error, `NaN` where all was zero. */
  readonly sqnr: Readonly<Record<InputKind, number>>;
  /** The same before the norm's gain. */
  readonly foldedSqnr: Readonly<Record<InputKind, number>>;
}

/**
 * The original model in 32-bit floats; weights stay in their storage dtype. Accumulation is in blocks summed in 64-bit
 * floats.
 */
export interface ReferenceEngine {
  readonly vocabSize: number;
  /** Limit of {@link position}. */
  readonly context: number;
  /** Tokens in the key/value cache. */
  readonly position: number;
  /** The tensors to be supplied, each once, in the order of first use. */
  readonly tensorNames: readonly string[];
  /**
   * Supplies the next rows of a tensor as raw little-endian bytes; rows of one tensor arrive in order.
   * @throws FormatError for an unknown name, partial rows or too many rows; RangeError when memory is exhausted
   */
  addRows(name: string, bytes: Uint8Array): void;
  /** Tensors that are not complete yet. */
  missing(): string[];
  /**
   * Appends tokens and returns logits: `vocabSize` values after the last one, or `ids.length * vocabSize` after each.
   * The result is the caller's copy.
   * @throws RangeError for ids outside the vocabulary, a full context, or missing tensors
   */
  forward(ids: ArrayLike<number>, want: 'last' | 'all'): Float32Array;
  /** Empties the key/value cache; weights and calibration stay. */
  reset(): void;
  /**
   * From now on {@link forward} rounds the input of one site as the device does, all else staying exact; `null`: none, as
   * at first.
   */
  roundInput(at: RoundedInput | null): void;
  /** From now on {@link forward} records activation ranges (starting empty). */
  startCalibration(): void;
  /**
   * Ranges recorded since {@link startCalibration}, step by step, then the head. The head's site is recorded for the
   * positions whose logits were asked for.
   * @param percentile of magnitudes for `clip`, in (0, 100]; e.g. 99.99
   */
  calibration(percentile: number): ActivationRange[];
  /**
   * How much an error of each column costs, relative to the most: the mean squares of the elements of a site's inputs since
   * {@link startCalibration}. Empty where nothing was recorded.
   * @param step number among the steps of all blocks; `null` for the head
   * @param isFolded as the inputs are before the norm's gain
   */
  importance(step: number | null, site: SiteKind, isFolded: boolean): Float32Array;
  dispose(): void;
}

/** An input of matrices: the index of its step (`null` for the head), which of its inputs, and what it is rounded to. */
export interface RoundedInput {
  readonly step: number | null;
  readonly site: SiteKind;
  readonly input: InputKind;
}

/** A mean over positions and its standard error by bootstrap over sequences (`null` with fewer than two sequences). */
export interface Estimate {
  readonly value: number;
  readonly standardError: number | null;
}

/** A position of the evaluation text. */
export interface WorstPosition {
  /** Index of the sequence, in order of {@link LogitComparator.beginSequence}. */
  readonly sequence: number;
  /** Position in that sequence whose logits were compared. */
  readonly position: number;
  readonly kl: number;
}

/** Original against quantized logits over all positions added. */
export interface ComparisonReport {
  readonly sequences: number;
  /** Positions compared. */
  readonly positions: number;
  /** Positions with a known next token; perplexity and probability shift are over these. */
  readonly targets: number;
  /** Perplexity `exp(mean negative log-likelihood)` of the original and of the quantized model. */
  readonly perplexity: {
    readonly before: Estimate;
    readonly after: Estimate;
    /** `after / before`. */
    readonly ratio: Estimate;
  };
  /** Kullback-Leibler divergence of the quantized from the original distribution, nats. */
  readonly kl: {
    readonly mean: Estimate;
    readonly median: number;
    readonly p90: number;
    readonly p95: number;
    readonly p99: number;
    readonly p999: number;
    readonly max: number;
  };
  /** Share of positions with the same most likely token, 0..1. */
  readonly top1: Estimate;
  /** Probability of the true next token, after minus before. */
  readonly probabilityShift: {
    readonly mean: Estimate;
    readonly rms: Estimate;
    readonly p1: number;
    readonly p5: number;
    readonly median: number;
    readonly p95: number;
    readonly p99: number;
    readonly min: number;
    readonly max: number;
  };
  /** Positions of largest divergence, worst first. */
  readonly worst: readonly WorstPosition[];
}

/** Options of {@link LogitComparator.report}. */
export interface ReportOptions {
  /** Bootstrap resamples, default 1000. */
  readonly resamples?: number | undefined;
  /** Seed of the resampling, default 1. */
  readonly seed?: number | undefined;
  /** How many worst positions, default 20. */
  readonly worst?: number | undefined;
}

/** Compares the logits of two models that read the same text; sums are in 64-bit floats. */
export interface LogitComparator {
  /** Starts the next sequence (story, document); sequences are the unit of the bootstrap. */
  beginSequence(): void;
  /**
   * Adds the logits after consecutive positions of the current sequence.
   * @param reference `n * vocabSize` logits of the original
   * @param quantized as many of the quantized model
   * @param targets the `n` ids that really follow; -1 where unknown (after the last token)
   * @returns KL divergence of each position, nats
   * @throws RangeError for lengths that do not match, ids outside the vocabulary, or logits that are not finite
   */
  add(reference: Float32Array, quantized: Float32Array, targets: ArrayLike<number>): Float64Array;
  /** @throws RangeError when no position was added */
  report(options?: ReportOptions): ComparisonReport;
  dispose(): void;
}

/** The loaded kernels. */
export interface Kernels {
  /** Size of the WebAssembly memory in bytes. */
  readonly memoryBytes: number;
  /**
   * CRC-32 (IEEE 802.3, as zlib) continued from `previous`, the value returned for the bytes before (0 at the start).
   * Views into kernel memory are read in place.
   */
  crc32(bytes: Uint8Array, previous?: number): number;
  /**
   * Decodes a vector (norm gain, bias) to f32.
   * @throws RangeError when the bytes are not whole elements or the gain has another length
   */
  decode(
    bytes: Uint8Array,
    dtype: FloatDtype,
    options?: { readonly gain?: Float32Array | undefined; readonly multiplier?: number | undefined },
  ): Float32Array;
  /**
   * @param rows at least 1
   * @param rowStride bytes of a row, a multiple of 16
   * @param scalesPerRow may be 0
   * @param groupScalesPerRow of 8 bits, default 0
   * @param groupOffsetsPerRow of 8 bits, default 0
   * @throws RangeError when that exceeds the kernels' memory
   */
  createOutput(
    rows: number,
    rowStride: number,
    scalesPerRow: number,
    groupScalesPerRow?: number,
    groupOffsetsPerRow?: number,
  ): OutputBlock;
  /** @throws RangeError for shapes outside the limits, a missing group, a gain of another length, an importance that makes no sense */
  createQuantizer(spec: QuantizerSpec): RowQuantizer;
  /** @throws FormatError when the description is inconsistent or outside the limits */
  createReference(model: DecoderModel, options?: ReferenceOptions): ReferenceEngine;
  /** @throws RangeError when the vocabulary is empty or outside the limits */
  createComparator(vocabSize: number): LogitComparator;
}
