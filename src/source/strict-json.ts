/**
 * A JSON parser for files that a stranger wrote. Unlike `JSON.parse` it refuses an object that has a key twice (which keeps
 * the last silently, so two readers can see two models in one file), lone surrogates and numbers outside what the caller
 * allows, bounds the nesting, and gives maps, in which a key such as `__proto__` is a key like others.
 */

/** A parsed value; objects are maps in the order of the file. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A parsed object. */
export type JsonObject = ReadonlyMap<string, JsonValue>;

/** What {@link parseStrictJson} accepts. */
export interface StrictJsonOptions {
  /** Levels of arrays and objects inside one another. The deepest real model files have 8. */
  readonly maxDepth?: number;
  /** `natural`: numbers must be whole, not negative, written in plain digits and safe (at most 2^53 - 1). */
  readonly numbers?: 'any' | 'natural';
}

/** The text is not the JSON that is asked for; the message says what and at which character. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
}

/** Whether a value is an object. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return value instanceof Map;
}

/** Default nesting: several times what model files have, far below what a call stack takes. */
const DEFAULT_MAX_DEPTH = 64;

/**
 * Parses one JSON value that is the whole text, white space around it allowed.
 * @throws JsonError
 */
export function parseStrictJson(text: string, options: StrictJsonOptions = {}): JsonValue {
  const parser = new Parser(text, options.maxDepth ?? DEFAULT_MAX_DEPTH, options.numbers === 'natural');
  return parser.whole();
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const NATURAL = /(?:0|[1-9][0-9]*)(?![.eE0-9])/y;
const FOUR_HEX = /[0-9a-fA-F]{4}/y;
const ESCAPES = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

class Parser {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #natural: boolean;
  #at = 0;

  constructor(text: string, maxDepth: number, natural: boolean) {
    this.#text = text;
    this.#maxDepth = maxDepth;
    this.#natural = natural;
  }

  whole(): JsonValue {
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) this.#fail('something follows the end of the JSON');
    return value;
  }

  #value(depth: number): JsonValue {
    this.#space();
    const first = this.#text[this.#at];
    switch (first) {
      case '{':
        return this.#object(this.#deeper(depth));
      case '[':
        return this.#array(this.#deeper(depth));
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #deeper(depth: number): number {
    if (depth >= this.#maxDepth) this.#fail(`more than ${this.#maxDepth} levels lie inside one another`);
    return depth + 1;
  }

  #object(depth: number): JsonObject {
    const result = new Map<string, JsonValue>();
    this.#at++;
    this.#space();
    if (this.#take('}')) return result;
    for (;;) {
      this.#space();
      if (this.#text.charCodeAt(this.#at) !== QUOTE) this.#fail('a key in quotes is missing');
      const start = this.#at;
      const key = this.#string();
      if (result.has(key)) {
        this.#at = start;
        this.#fail(`the key ${JSON.stringify(key.slice(0, 200))} occurs twice`);
      }
      this.#space();
      if (!this.#take(':')) this.#fail('a colon is missing');
      result.set(key, this.#value(depth));
      this.#space();
      if (this.#take('}')) return result;
      if (!this.#take(',')) this.#fail('a comma or a closing brace is missing');
    }
  }

  #array(depth: number): JsonValue[] {
    const result: JsonValue[] = [];
    this.#at++;
    this.#space();
    if (this.#take(']')) return result;
    for (;;) {
      result.push(this.#value(depth));
      this.#space();
      if (this.#take(']')) return result;
      if (!this.#take(',')) this.#fail('a comma or a closing bracket is missing');
    }
  }

  #string(): string {
    const text = this.#text;
    let start = ++this.#at;
    let result = '';
    for (;;) {
      const code = text.charCodeAt(this.#at);
      if (code === QUOTE) {
        result += text.slice(start, this.#at++);
        return result;
      }
      if (code === BACKSLASH) {
        result += text.slice(start, this.#at++) + this.#escape();
        start = this.#at;
      } else if (code >= 0x20) {
        this.#at++;
      } else {
        // NaN at the end of the text comes here too.
        this.#fail(
          this.#at < text.length ? 'a control character stands in a string' : 'a string does not end',
        );
      }
    }
  }

  #escape(): string {
    const letter = this.#text[this.#at++] ?? '';
    if (letter !== 'u') {
      const plain = ESCAPES.get(letter);
      if (plain === undefined) this.#fail('an unknown escape stands in a string');
      return plain;
    }
    const first = this.#hex();
    if (first < 0xd800 || first > 0xdfff) return String.fromCharCode(first);
    if (first <= 0xdbff && this.#text.startsWith('\\u', this.#at)) {
      this.#at += 2;
      const second = this.#hex();
      if (second >= 0xdc00 && second <= 0xdfff) return String.fromCharCode(first, second);
    }
    return this.#fail('half of a surrogate pair stands alone in a string');
  }

  #hex(): number {
    FOUR_HEX.lastIndex = this.#at;
    const match = FOUR_HEX.exec(this.#text);
    if (match === null) this.#fail('four hexadecimal digits are missing');
    this.#at += 4;
    return Number.parseInt(match[0], 16);
  }

  #number(): number {
    const pattern = this.#natural ? NATURAL : NUMBER;
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) {
      this.#fail(
        this.#at >= this.#text.length
          ? 'the text ends too early'
          : this.#natural
            ? 'a value is neither a plain whole number nor anything else that JSON has'
            : 'a value is not one that JSON has',
      );
    }
    const value = Number(match[0]);
    if (this.#natural ? !Number.isSafeInteger(value) : !Number.isFinite(value)) {
      this.#fail(`the number ${match[0].slice(0, 40)} is too large`);
    }
    this.#at = pattern.lastIndex;
    return value;
  }

  #word<T extends boolean | null>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) this.#fail('a value is not one that JSON has');
    this.#at += word.length;
    return value;
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #fail(problem: string): never {
    throw new JsonError(`${problem} (character ${this.#at + 1})`);
  }
}
