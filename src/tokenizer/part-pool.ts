/** The parts of a TOKN section: larger tables that stages and normalizer steps name by their place. */
import type { PartKind } from './format.js';

/** Words of all parts together; the engine has the same limit. */
const MAX_WORDS = 1 << 18;

export class PartPool {
  readonly #words: number[] = [];
  readonly #places = new Map<string, number>();

  /** All parts, as little-endian words. */
  get words(): readonly number[] {
    return this.#words;
  }

  /** Whether the parts are more than a section can hold. */
  get tooLarge(): boolean {
    return this.#words.length > MAX_WORDS;
  }

  /**
   * Adds a part, unless it is there already.
   * @returns its place, in words
   */
  add(kind: PartKind, words: readonly number[]): number {
    const key = `${kind} ${words.join(' ')}`;
    let place = this.#places.get(key);
    if (place === undefined) {
      place = this.#words.length;
      this.#places.set(key, place);
      this.#words.push(kind + (words.length + 1) * 0x100);
      for (const word of words) this.#words.push(word);
    }
    return place;
  }
}
