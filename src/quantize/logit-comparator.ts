/** The comparison of logits over the WebAssembly module; the contract is in `kernel-types.ts`. */
import { LogitComparison } from '../../kernels/prebuilt/kernels.js';
import { call, integer } from './kernel-module.js';
import type { ComparisonReport, LogitComparator, ReportOptions } from './kernel-types.js';

const DEFAULT_RESAMPLES = 1000;
const DEFAULT_SEED = 1;
const DEFAULT_WORST = 20;

export class WasmLogitComparator implements LogitComparator {
  readonly #raw: LogitComparison;

  constructor(vocabSize: number) {
    this.#raw = call(() => new LogitComparison(integer(vocabSize, 'The vocabulary')));
  }

  beginSequence(): void {
    this.#raw.begin_sequence();
  }

  add(reference: Float32Array, quantized: Float32Array, targets: ArrayLike<number>): Float64Array {
    const ids = Int32Array.from(targets, (id) => (id === -1 ? -1 : integer(id, 'A target')));
    return call(() => this.#raw.add(reference, quantized, ids));
  }

  report(options: ReportOptions = {}): ComparisonReport {
    const json = call(() =>
      this.#raw.report(
        integer(options.resamples ?? DEFAULT_RESAMPLES, 'The number of resamples'),
        integer(options.seed ?? DEFAULT_SEED, 'The seed'),
        integer(options.worst ?? DEFAULT_WORST, 'The number of positions'),
      ),
    );
    // The fields are those of `Report` in kernels/crates/kernels/src/compare/report.rs. JSON has no NaN: a figure over
    // targets that do not exist arrives as null, while a standard error may really be null.
    return JSON.parse(json, (key, value: unknown) =>
      value === null && key !== 'standardError' ? Number.NaN : value,
    ) as ComparisonReport;
  }

  dispose(): void {
    this.#raw.free();
  }
}
