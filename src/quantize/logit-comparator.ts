/** The comparison of logits: the WebAssembly module compares positions; the contract is in `kernel-types.ts`. */
import { compare_logits } from '../../kernels/prebuilt/kernels.js';
import { comparisonReport, FIGURES } from './comparison-report.js';
import { call } from './call.js';
import { integer } from './kernel-module.js';
import type { ComparisonReport, LogitComparator, ReportOptions } from './kernel-types.js';

/** Above any tokenizer, and a row of logits stays at 16 MiB. */
const MAX_VOCABULARY = 1 << 22;

/** 4 million keep their figures in 128 MB. */
const MAX_POSITIONS = 1 << 22;

const DEFAULT_RESAMPLES = 1000;
/** Ten times what any figure needs. */
const MAX_RESAMPLES = 100_000;
const DEFAULT_SEED = 1;
const DEFAULT_WORST = 20;

export class WasmLogitComparator implements LogitComparator {
  readonly #vocabSize: number;
  /** Figures of the positions of each sequence, in the pieces in which they came. */
  #sequences: Float64Array[][] = [];
  #positions = 0;

  constructor(vocabSize: number) {
    if (integer(vocabSize, 'The vocabulary') < 1 || vocabSize > MAX_VOCABULARY) {
      throw new RangeError(`A vocabulary of ${vocabSize} is outside 1 to ${MAX_VOCABULARY}.`);
    }
    this.#vocabSize = vocabSize;
  }

  beginSequence(): void {
    this.#sequences.push([]);
  }

  add(reference: Float32Array, quantized: Float32Array, targets: ArrayLike<number>): Float64Array {
    const ids = Int32Array.from(targets, (id) => (id === -1 ? -1 : integer(id, 'A target')));
    if (this.#positions + ids.length > MAX_POSITIONS) {
      throw new RangeError(`More than ${MAX_POSITIONS} positions. Evaluate a shorter text.`);
    }
    const figures = call(() => compare_logits(this.#vocabSize, reference, quantized, ids));
    this.#positions += ids.length;
    if (this.#sequences.length === 0) this.beginSequence();
    this.#sequences.at(-1)?.push(figures);
    return Float64Array.from(ids, (_, position) => figures[position * FIGURES] ?? NaN);
  }

  report(options: ReportOptions = {}): ComparisonReport {
    const resamples = integer(options.resamples ?? DEFAULT_RESAMPLES, 'The number of resamples');
    const seed = integer(options.seed ?? DEFAULT_SEED, 'The seed');
    const worst = integer(options.worst ?? DEFAULT_WORST, 'The number of worst positions');
    if (resamples > MAX_RESAMPLES) throw new RangeError(`More than ${MAX_RESAMPLES} bootstrap resamples.`);
    if (this.#positions === 0)
      throw new RangeError('There is nothing to report before positions were compared.');
    return comparisonReport(this.#sequences, { resamples, seed, worst });
  }

  dispose(): void {
    this.#sequences = [];
  }
}
