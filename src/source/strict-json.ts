/**
 * A JSON parser for files that a stranger wrote. Unlike `JSON.parse` it refuses an object that has a key twice (which keeps
 * the last silently, so two readers can see two models in one file), lone surrogates and numbers outside what the caller
 * allows, bounds the nesting and what it makes of a text, and gives maps, in which a key such as `__proto__` is a key like
 * others.
 *
 * The values of a whole document's keys are made when they are asked for: what nobody asks for costs the time to pass over it
 * and no memory (docs/decisions/0023).
 */
import { JsonBudgetError, JsonError, JsonScanner, type Numbers } from './json-scanner.js';

export { JsonBudgetError, JsonError };

/** A parsed value; objects are maps in the order of the file. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A parsed object. */
export type JsonObject = ReadonlyMap<string, JsonValue>;

/** What {@link parseStrictJson} accepts. */
export interface StrictJsonOptions {
  /** Levels of arrays and objects inside one another. The deepest real model files have 8. */
  readonly maxDepth?: number;
  /**
   * `natural`: numbers must be whole, not negative, written in plain digits and safe (at most 2^53 - 1). `python`: there may
   * be NaN and infinities, as Python writes them.
   */
  readonly numbers?: Numbers;
  /** What may be made of the text, in units of some 30 bytes: 1 a value or key, 2 more a list, 8 more an object. */
  readonly budget?: number;
}

/** As {@link StrictJsonOptions}, with what becomes of errors. */
export interface JsonObjectOptions extends StrictJsonOptions {
  /** Makes the error to throw, now or when a value is asked for. */
  readonly fail?: (error: JsonError) => Error;
}

/** Default nesting: several times what model files have, far below what a call stack takes. */
const DEFAULT_MAX_DEPTH = 64;

/**
 * Default budget, some hundred MB. A tokenizer of a million tokens, with as many merges as pairs, takes 7 million; a header of
 * 200,000 tensors, one at a time, next to nothing.
 */
const DEFAULT_BUDGET = 8_000_000;
const LIST_UNITS = 2;
const OBJECT_UNITS = 8;

/** Keys of a whole document stay in memory with their places. */
const ROOT_KEY_UNITS = 8;

/** Whether a value is an object. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return value instanceof Map || value instanceof DocumentObject;
}

/**
 * Parses one JSON value that is the whole text, white space around it allowed.
 * @throws JsonError
 */
export function parseStrictJson(text: string, options: StrictJsonOptions = {}): JsonValue {
  const parser = new Parser(text, options);
  const value = parser.value(0);
  parser.end();
  return value;
}

/**
 * The object that is the whole text, `null` when that is another value. All of it is checked at once, but for keys that occur
 * twice inside its values and for what these would take: that is found when they are asked for.
 * @throws what `fail` makes of a JsonError
 */
export function parseJsonObject(text: string, options: JsonObjectOptions = {}): JsonObject | null {
  const parser = new Parser(text, options);
  const fail = options.fail ?? ((error) => error);
  return failing(fail, () => {
    const starts = parser.root();
    parser.end();
    return starts === null ? null : new DocumentObject(parser, starts, fail);
  });
}

function failing<T>(fail: (error: JsonError) => Error, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof JsonError ? fail(error) : error;
  }
}

/** Empty ones are all the same: millions of them take no more than their places in a list. */
const NO_ITEMS: readonly JsonValue[] = Object.freeze([]);
const NO_ENTRIES: JsonObject = new Map();

class Parser extends JsonScanner {
  readonly #budget: number;
  #left: number;

  constructor(text: string, { maxDepth, numbers, budget }: StrictJsonOptions) {
    super(text, maxDepth ?? DEFAULT_MAX_DEPTH, numbers ?? 'any');
    this.#budget = budget ?? DEFAULT_BUDGET;
    this.#left = this.#budget;
  }

  value(depth: number): JsonValue {
    this.#spend(1);
    switch (this.next()) {
      case 0x7b:
        return this.#object(this.deeper(depth));
      case 0x5b:
        return this.#array(this.deeper(depth));
      case 0x22:
        return this.string();
      case 0x74:
        this.word('true');
        return true;
      case 0x66:
        this.word('false');
        return false;
      case 0x6e:
        this.word('null');
        return null;
      default:
        return this.number();
    }
  }

  #object(depth: number): JsonObject {
    let result: Map<string, JsonValue> | null = null;
    for (let more = this.first('}'); more; more = this.another('}', 'brace')) {
      this.#spend(result === null ? OBJECT_UNITS + 1 : 1);
      result ??= new Map();
      const key = this.#newKey(result);
      result.set(key, this.value(depth));
    }
    return result ?? NO_ENTRIES;
  }

  #array(depth: number): readonly JsonValue[] {
    let result: JsonValue[] | null = null;
    for (let more = this.first(']'); more; more = this.another(']', 'bracket')) {
      if (result === null) this.#spend(LIST_UNITS);
      (result ??= []).push(this.value(depth));
    }
    return result ?? NO_ITEMS;
  }

  /** Where the values of the root's keys begin; `null` when the root is no object. */
  root(): ReadonlyMap<string, number> | null {
    if (this.next() !== 0x7b) {
      this.skip(0);
      return null;
    }
    const starts = new Map<string, number>();
    const depth = this.deeper(0);
    for (let more = this.first('}'); more; more = this.another('}', 'brace')) {
      this.#spend(ROOT_KEY_UNITS);
      const key = this.#newKey(starts);
      starts.set(key, this.at);
      this.skip(depth);
    }
    return starts;
  }

  /** The value that begins at a place of the root. @param alone it is not kept beside others */
  valueAt(start: number, alone: boolean): JsonValue {
    const left = this.#left;
    if (alone) this.#left = this.#budget;
    try {
      this.at = start;
      return this.value(1);
    } finally {
      if (alone) this.#left = left;
    }
  }

  end(): void {
    this.space();
    if (this.at < this.text.length) this.fail('something follows the end of the JSON');
  }

  #newKey(known: ReadonlyMap<string, unknown>): string {
    this.space();
    const start = this.at;
    const key = this.key();
    if (known.has(key)) {
      this.at = start;
      this.fail(`the key ${JSON.stringify(key.slice(0, 200))} occurs twice`);
    }
    return key;
  }

  #spend(units: number): void {
    this.#left -= units;
    if (this.#left < 0) {
      throw new JsonBudgetError(
        `It holds more values than are read, ${this.#budget} for the simplest (character ${this.at + 1}).`,
      );
    }
  }
}

/** The object of a whole document. A value is made when it is asked for by its key, and kept; those of a walk are not kept. */
class DocumentObject implements ReadonlyMap<string, JsonValue> {
  readonly #parser: Parser;
  readonly #starts: ReadonlyMap<string, number>;
  readonly #fail: (error: JsonError) => Error;
  readonly #made = new Map<string, JsonValue>();

  constructor(parser: Parser, starts: ReadonlyMap<string, number>, fail: (error: JsonError) => Error) {
    this.#parser = parser;
    this.#starts = starts;
    this.#fail = fail;
  }

  get size(): number {
    return this.#starts.size;
  }

  has(key: string): boolean {
    return this.#starts.has(key);
  }

  get(key: string): JsonValue | undefined {
    const start = this.#starts.get(key);
    if (start === undefined) return undefined;
    let value = this.#made.get(key);
    if (value === undefined) {
      value = this.#valueAt(start, false);
      this.#made.set(key, value);
    }
    return value;
  }

  keys(): MapIterator<string> {
    return this.#starts.keys();
  }

  *entries(): MapIterator<[string, JsonValue]> {
    for (const [key, start] of this.#starts) yield [key, this.#made.get(key) ?? this.#valueAt(start, true)];
  }

  *values(): MapIterator<JsonValue> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): MapIterator<[string, JsonValue]> {
    return this.entries();
  }

  forEach(visit: (value: JsonValue, key: string, map: JsonObject) => void): void {
    for (const [key, value] of this.entries()) visit(value, key, this);
  }

  #valueAt(start: number, alone: boolean): JsonValue {
    return failing(this.#fail, () => this.#parser.valueAt(start, alone));
  }
}
