/** Texts that a model in the gradient engine writes itself. */
import { TextWriter as RawWriter } from '../../kernels/crates/train/prebuilt/train.js';
import { integer } from './kernel-module.js';
import { call } from './call.js';
import type { Trainer } from './training.js';
import type { WritingTask } from './training-types.js';

/** What texts that are written side by side may take to be looked back at, and how many they are at least and at most. */
const SEEN_BYTES = 80 * 2 ** 20;
const SIDE_BY_SIDE = { least: 8, most: 48 };

/** How many texts of so many tokens a model writes side by side: more are faster, but all that they look back at is in memory. */
export function textsAtOnce(trainer: Trainer, tokens: number): number {
  const fitting = Math.floor(SEEN_BYTES / Math.max(1, tokens * trainer.seenBytes));
  return Math.min(SIDE_BY_SIDE.most, Math.max(SIDE_BY_SIDE.least, fitting));
}

/**
 * Texts that a model writes, a token of each at a time. What a text becomes depends on its seed and temperature, not on
 * those that are written beside it.
 */
export class TextWriter {
  readonly #raw: RawWriter;

  /** @throws RangeError for no prefix, no room behind it, or a temperature that is not above 0 */
  constructor({ prefixIds, stopIds, tokens, texts }: WritingTask) {
    const numbers = (of: (text: WritingTask['texts'][number]) => number): Float64Array =>
      Float64Array.from(texts, of);
    const ids = (list: readonly number[]): Uint32Array =>
      Uint32Array.from(list, (id) => integer(id, 'A token'));
    this.#raw = call(
      () =>
        new RawWriter(
          ids(prefixIds),
          ids(stopIds),
          integer(tokens, 'A number of tokens'),
          numbers(({ seed }) => integer(seed, 'A seed')),
          numbers(({ temperature }) => temperature),
        ),
    );
  }

  /** Writes the next token of each text that has not ended; gives how many that were, 0 when all have ended. */
  step(trainer: Trainer): number {
    return trainer.write(this.#raw);
  }

  /** The texts in the order in which they were asked for, begun ones as far as they are; this object is used up. */
  finish(): number[][] {
    const flat = this.#raw.finish();
    const texts: number[][] = [];
    for (let at = 0; at < flat.length;) {
      const length = flat[at] ?? 0;
      texts.push([...flat.subarray(at + 1, at + 1 + length)]);
      at += 1 + length;
    }
    return texts;
  }

  dispose(): void {
    this.#raw.free();
  }
}
