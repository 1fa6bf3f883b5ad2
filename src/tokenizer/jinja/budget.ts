/**
 * What a template may take of us. It is a stranger's program that nothing can interrupt, so every value costs as many steps as
 * what may be done with it next: going through all that it holds, copying its text. Whatever writes more than it is given asks first.
 */
import { isList, isMap, Namespace, type Value } from './values.js';

/** A template wants more than this converter gives it. */
export class LimitError extends Error {
  override readonly name = 'LimitError';
}

/** Steps of all renderings of a template; a long real one (tools, several roles) takes some thousand each. */
const MAX_STEPS = 1_000_000;

/** Text that costs as much as one step. */
const CHARACTERS_PER_STEP = 16;

/** Characters of a rendering and of each text on the way; real ones have some thousand. */
const MAX_TEXT = 1 << 17;

/** Steps between two looks at the clock. */
const STEPS_PER_LOOK = 256;

export class Budget {
  #steps = 0;
  #looked = 0;
  /** When the work must have ended, as `performance.now()` tells it. */
  end = Infinity;

  /** @throws LimitError when the steps or the time are spent */
  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MAX_STEPS) throw new LimitError('it works too long');
    if (this.#steps - this.#looked < STEPS_PER_LOOK) return;
    this.#looked = this.#steps;
    if (performance.now() > this.end) throw new LimitError('it works too long');
  }

  /** Counts a value with all that it holds. @throws LimitError */
  weigh(value: Value): Value {
    const stack: Value[] = [value];
    while (stack.length > 0) {
      const item = stack.pop();
      this.spend(1);
      if (typeof item === 'string') this.text(item.length);
      else if (isList(item)) {
        this.spend(item.length);
        for (const part of item) stack.push(part);
      } else if (isMap(item) || item instanceof Namespace) {
        const entries = isMap(item) ? item : item.entries;
        this.spend(entries.size);
        for (const [key, part] of entries) stack.push(key, part);
      }
    }
    return value;
  }

  /** Before a text of so many characters is made. @throws LimitError */
  text(length: number): void {
    if (!(length <= MAX_TEXT)) throw new LimitError(`it writes more than ${MAX_TEXT} characters`);
    this.spend(length / CHARACTERS_PER_STEP);
  }

  /** Joins texts. @throws LimitError */
  join(parts: readonly string[], separator: string): string {
    let length = separator.length * Math.max(0, parts.length - 1);
    for (const part of parts) length += part.length;
    this.text(length);
    return parts.join(separator);
  }
}
