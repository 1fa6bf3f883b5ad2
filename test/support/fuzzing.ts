/** What fuzzers of files share: numbers that are the same for a seed, and what a run saw. */

/** What a run saw. */
export interface FuzzResult {
  readonly iterations: number;
  readonly accepted: number;
  readonly refused: number;
  /** The longest time of one file, in milliseconds. */
  readonly slowest: number;
}

/** A small deterministic generator (xorshift32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed >>> 0) | 1;
  }

  /** A whole number in `[0, limit)`. */
  below(limit: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state % Math.max(1, limit);
  }

  /** @param list not empty */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}
