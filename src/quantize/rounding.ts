/**
 * Rounding in the order of the model over the module of the gradient engine: each matrix onto its grid for the inputs that
 * the matrices before it leave (GPTQ, true-sequential).
 */
import type { RoundedMatrix, Rounding } from '../../kernels/crates/train/prebuilt/train.js';
import type { Encoding } from '../schema/encodings.js';
import type { InputKind } from '../schema/kinds.js';
import { call } from './call.js';
import { flat, type Trainer } from './training.js';
import type { GridMatrix } from './tuned.js';

/** A matrix, by its name in the checkpoint, and what it becomes. */
export interface RoundedTensor {
  readonly name: string;
  readonly encoding: Encoding;
  /** How its inputs are quantized. */
  readonly input: InputKind | 'float32';
  readonly rows: number;
  readonly cols: number;
}

/** Multiply-adds that are done, and all of them. */
export interface RoundingShare {
  readonly done: number;
  readonly total: number;
}

/** A model on its way onto grids. */
export class ModelRounder {
  readonly #raw: Rounding;

  /**
   * Begins with a trainer of which all tensors are frozen, and which is used up.
   * @param tensors matrices; their biases are changed along with them
   * @param int8Cache whether keys and values are rounded as in the device's INT8 cache
   * @param sequences token ids of the text whose inputs count
   * @throws FormatError for an unknown name; RangeError for ids outside the vocabulary, sequences longer than the model has
   *   positions, or an encoding without a scale a row
   */
  constructor(
    trainer: Trainer,
    tensors: readonly RoundedTensor[],
    int8Cache: boolean,
    sequences: readonly ArrayLike<number>[],
  ) {
    const { ids, lengths } = flat(sequences);
    const names = tensors.map(({ name }) => name);
    const kinds = tensors.map(({ encoding }) => encoding.kind);
    const groups = Uint32Array.from(tensors, ({ encoding }) => encoding.group);
    const inputs = tensors.map(({ input }) => input);
    const raw = trainer.raw;
    this.#raw = call(() => raw.begin_rounding(names, kinds, groups, inputs, int8Cache, ids, lengths));
  }

  /**
   * Does the next piece of work, a fraction of a second on models that fit a chip.
   * @returns how far the work is, `null` when all is done
   * @throws RangeError when memory is exhausted
   */
  work(): RoundingShare | null {
    const [done, total] = call(() => this.#raw.work());
    return done === undefined || total === undefined ? null : { done, total };
  }

  /** Takes a matrix out; `null` for one that nothing is multiplied with, such as a table of positions, or that was taken. */
  take({ name, encoding, rows, cols }: RoundedTensor): GridMatrix | null {
    const raw: RoundedMatrix | undefined = this.#raw.take(name);
    if (raw === undefined) return null;
    try {
      return {
        encoding,
        rows,
        cols,
        codes: raw.codes(),
        rowScales: raw.units(),
        groupScales: raw.scales(),
        groupOffsets: raw.offsets(),
      };
    } finally {
      raw.free();
    }
  }

  /** Biases that were changed, by name. */
  biases(): Map<string, Float32Array> {
    return new Map(this.#raw.bias_names().map((name) => [name, this.#raw.bias(name)]));
  }

  dispose(): void {
    this.#raw.free();
  }
}
