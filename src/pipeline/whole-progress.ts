/** Progress of work in several like parts as one share of the whole, which never goes back. */
import type { Scheme } from '../plan/scheme.js';
import type { OnProgress, Progress } from '../shared/progress.js';

export interface Whole {
  /** 0..1 */
  readonly done: number;
  /** What is measured, `null` while the original is made ready. */
  readonly scheme: Scheme | null;
  /** Its number from 1. */
  readonly number: number;
  readonly count: number;
  /** At the rate so far, `null` while that is too short. */
  readonly secondsLeft: number | null;
}

export type OnWhole = (whole: Whole) => void;

/** Share of the whole before a rate is worth showing. */
const SETTLED = 0.08;

/** Making the original ready takes about as long as one part. */
export class WholeProgress {
  readonly #count: number;
  readonly #report: OnWhole | undefined;
  readonly #now: () => number;
  readonly #begun: number;
  #number = 0;
  #scheme: Scheme | null = null;
  #done = 0;

  /** @param now clock in milliseconds, for tests */
  constructor(count: number, report: OnWhole | undefined, now = () => performance.now()) {
    this.#count = count;
    this.#report = report;
    this.#now = now;
    this.#begun = now();
  }

  /** The next part begins. */
  begin(scheme: Scheme): void {
    this.#number++;
    this.#scheme = scheme;
    this.at(0);
  }

  /** @param share of the current part, 0..1 */
  at(share: number): void {
    this.#done = Math.max(this.#done, (this.#number + Math.min(1, share)) / (this.#count + 1));
    const done = this.#done;
    const seconds = (this.#now() - this.#begun) / 1000;
    this.#report?.({
      done,
      scheme: this.#scheme,
      number: this.#number,
      count: this.#count,
      secondsLeft: done < SETTLED ? null : (seconds * (1 - done)) / done,
    });
  }

  /** Hears of stages, each of which is so much of the current part. */
  stages(
    shares: Partial<Readonly<Record<Progress['stage'], readonly [from: number, to: number]>>>,
  ): OnProgress {
    return ({ stage, done, total }) => {
      const share = shares[stage];
      if (share === undefined || total === 0) return;
      const [from, to] = share;
      this.at(from + ((to - from) * done) / total);
    };
  }
}
