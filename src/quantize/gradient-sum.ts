/** Gradients of a step's leaves, added with the same bits whoever computes which of them. */
import { GradientTree } from '../../kernels/crates/train/prebuilt/train.js';
import { integer } from './kernel-module.js';
import { call } from './call.js';
import type { Trainer } from './training.js';
import type { LeafRun } from './training-types.js';

/** The sum of the gradients of a step's leaves, in the order of their numbers. */
export class GradientSum {
  readonly #raw: GradientTree;

  /** @param count numbers of a gradient: {@link Trainer.count} */
  constructor(count: number) {
    this.#raw = new GradientTree(integer(count, 'A count'));
  }

  /** Adds the gradient that a trainer has now as the next leaf. */
  addLeaf(trainer: Trainer): void {
    trainer.addTo(this.#raw);
  }

  /**
   * Adds the next `2 ** level` leaves by their sum, which a worker made ({@link leafRuns}).
   * @throws RangeError for another length, or where no such run begins
   */
  addRun(level: number, sum: Float32Array): void {
    call(() => {
      this.#raw.add(integer(level, 'A level'), sum);
    });
  }

  /** The sum of all leaves; this object is used up. */
  finish(): Float32Array {
    return this.#raw.finish();
  }

  /** For {@link Trainer.take}. */
  release(): GradientTree {
    return this.#raw;
  }

  dispose(): void {
    this.#raw.free();
  }
}

/**
 * The runs of leaves of each worker: contiguous shares, cut into the largest aligned runs. Whatever the number of workers,
 * adding all runs in the order of their leaves gives the same bits; it is one run a worker where both numbers are powers of
 * two.
 */
export function leafRuns(leaves: number, workers: number): LeafRun[][] {
  return Array.from({ length: workers }, (_, worker) => {
    const end = Math.floor(((worker + 1) * leaves) / workers);
    const runs: LeafRun[] = [];
    for (let first = Math.floor((worker * leaves) / workers); first < end;) {
      let level = 0;
      while (first % 2 ** (level + 1) === 0 && first + 2 ** (level + 1) <= end) level += 1;
      runs.push({ first, level });
      first += 2 ** level;
    }
    return runs;
  });
}
