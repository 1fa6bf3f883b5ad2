/** Progress of long work, the same shape for the command line, the worker and the page. */

/** What a job is doing. */
export type Stage =
  'downloading' | 'reading' | 'calibrating' | 'quantizing' | 'checking' | 'generating' | 'tuning';

export interface Progress {
  readonly stage: Stage;
  /** What is worked on, e.g. a tensor's name. */
  readonly item: string;
  /** Units done and in all, of this stage; of `downloading`, of what was asked for of a file. */
  readonly done: number;
  /** 0 where nobody knows. */
  readonly total: number;
  readonly unit: 'bytes' | 'tokens';
  /** Units per second, as measured so far; `null` while that is too short. */
  readonly perSecond: number | null;
  /** Seconds that remain of this stage at its measured rate; `null` while there is no rate yet, or no total. */
  readonly secondsLeft: number | null;
  /** Bytes of the item, where it is a tensor. */
  readonly itemBytes?: number;
  /** Items that were begun since the last report, the current one last, where they are tensors. */
  readonly begun?: readonly { readonly name: string; readonly bytes: number }[];
  /** How far the whole job is, 0..1, where that is known, and the seconds that remain of it. */
  readonly whole?: { readonly done: number; readonly secondsLeft: number | null };
}

export type OnProgress = (progress: Progress) => void;

/** Seconds of work before a rate is worth showing. */
const SETTLE_SECONDS = 0.25;

/** Counts the work of one stage and reports it with the time that remains at the rate measured so far. */
export class ProgressMeter {
  private readonly started: number;
  private done = 0;

  /** @param now clock in milliseconds, for tests */
  constructor(
    private readonly stage: Stage,
    private readonly unit: Progress['unit'],
    private total: number,
    private readonly report: OnProgress | undefined,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.started = now();
  }

  /** Adds units to be done. */
  expect(units: number): void {
    this.total += units;
  }

  /**
   * Adds finished units and reports.
   * @param itemBytes of the whole item, where it is a tensor
   */
  advance(units: number, item: string, itemBytes?: number): void {
    this.done += units;
    if (this.report === undefined) return;
    const seconds = (this.now() - this.started) / 1000;
    const known = seconds >= SETTLE_SECONDS && this.done > 0;
    const rate = known ? this.done / seconds : null;
    // More than was announced: a server compresses what it sends, and says how long that is.
    const total = this.done > this.total ? 0 : this.total;
    this.report({
      stage: this.stage,
      item,
      done: this.done,
      total,
      unit: this.unit,
      perSecond: rate,
      secondsLeft: rate === null || total === 0 ? null : (total - this.done) / rate,
      ...(itemBytes === undefined ? {} : { itemBytes }),
    });
  }
}
