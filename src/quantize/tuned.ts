/**
 * What a rung of the ladder above rounding leaves: matrices on the grids of their encodings, which the quantizer packs as
 * they are, and vectors that were changed along with them.
 */
import type { Encoding } from '../schema/encodings.js';

/**
 * A source matrix already on the grid of its encoding: rows and columns as the source tensor (`TensorPart.source`) has
 * them, with the gain that its plan folds in, before factors, fusion and interleaving.
 */
export interface GridMatrix {
  readonly encoding: Encoding;
  readonly rows: number;
  readonly cols: number;
  /** `rows * cols`, row by row: within ±127, or -8..7 with 4 bits. */
  readonly codes: Int8Array;
  /** One a row, finite and not negative. */
  readonly rowScales: Float32Array;
  /** One a started group of columns, row by row; empty where the encoding has none. */
  readonly groupScales: Uint8Array;
  /** As many, within ±127; empty where the encoding has none. */
  readonly groupOffsets: Int8Array;
}

/** Tensors that were tuned, by `tensorKey(source)`. */
export interface TunedTensors {
  readonly matrices: ReadonlyMap<string, GridMatrix>;
  /** Gains and biases that were changed, whole. */
  readonly vectors: ReadonlyMap<string, Float32Array>;
}
