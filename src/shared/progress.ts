/** Progress of long work, the same shape for the command line, the worker and the page. */

/** What a job is doing. */
export type Stage = 'reading' | 'calibrating' | 'quantizing' | 'checking' | 'generating';

export interface Progress {
  readonly stage: Stage;
  /** What is worked on, e.g. a tensor's name. */
  readonly item: string;
  /** Units done and in all, of this stage. */
  readonly done: number;
  readonly total: number;
  readonly unit: 'bytes' | 'tokens';
  /** Seconds that remain of this stage at its measured rate; `null` while there is no rate yet. */
  readonly secondsLeft: number | null;
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
    private readonly total: number,
    private readonly report: OnProgress | undefined,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.started = now();
  }

  /** Adds finished units and reports. */
  advance(units: number, item: string): void {
    this.done += units;
    if (this.report === undefined) return;
    const seconds = (this.now() - this.started) / 1000;
    const known = seconds >= SETTLE_SECONDS && this.done > 0;
    const left = Math.max(0, this.total - this.done);
    this.report({
      stage: this.stage,
      item,
      done: this.done,
      total: this.total,
      unit: this.unit,
      secondsLeft: known ? (seconds * left) / this.done : null,
    });
  }
}
