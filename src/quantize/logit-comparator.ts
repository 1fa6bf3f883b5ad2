/** The comparison of logits over the WebAssembly module; the contract is in `kernel-types.ts`. */
import { LogitComparison } from '../../kernels/prebuilt/kernels.js';
import { call, integer } from './kernel-module.js';
import type {
  ComparisonReport,
  Estimate,
  LogitComparator,
  ReportOptions,
  WorstPosition,
} from './kernel-types.js';

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
    const resamples = integer(options.resamples ?? DEFAULT_RESAMPLES, 'The number of resamples');
    const seed = integer(options.seed ?? DEFAULT_SEED, 'The seed');
    const worst = integer(options.worst ?? DEFAULT_WORST, 'The number of worst positions');
    return readReport(call(() => this.#raw.report(resamples, seed, worst)));
  }

  dispose(): void {
    this.#raw.free();
  }
}

/** Reads the figures in the order of `LogitComparison.report` in `kernels/crates/kernels/src/bindings/compare.rs`. */
function readReport(figures: Float64Array): ComparisonReport {
  let at = 0;
  const next = (): number => {
    const figure = figures[at];
    if (figure === undefined) throw new Error('The kernels gave a shorter report than this version reads.');
    at += 1;
    return figure;
  };
  const estimate = (): Estimate => {
    const value = next();
    const standardError = next();
    return { value, standardError: Number.isNaN(standardError) ? null : standardError };
  };
  const sequences = next();
  const positions = next();
  const targets = next();
  const perplexity = { before: estimate(), after: estimate(), ratio: estimate() };
  const klMean = estimate();
  const top1 = estimate();
  const shiftMean = estimate();
  const shiftRms = estimate();
  const kl = {
    mean: klMean,
    median: next(),
    p90: next(),
    p95: next(),
    p99: next(),
    p999: next(),
    max: next(),
  };
  const probabilityShift = {
    mean: shiftMean,
    rms: shiftRms,
    p1: next(),
    p5: next(),
    median: next(),
    p95: next(),
    p99: next(),
    min: next(),
    max: next(),
  };
  const worst: WorstPosition[] = [];
  while (at < figures.length) worst.push({ sequence: next(), position: next(), kl: next() });
  return { sequences, positions, targets, perplexity, kl, top1, probabilityShift, worst };
}
