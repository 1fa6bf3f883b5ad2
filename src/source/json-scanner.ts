/** Walks over the text of a JSON document: its values read, or passed without being made. */

/** The text is not the JSON that is asked for; the message says what and at which character. */
export class JsonError extends Error {
  override readonly name: string = 'JsonError';
}

/** The text is JSON and holds more than is read. */
export class JsonBudgetError extends JsonError {
  override readonly name = 'JsonBudgetError';
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const NATURAL = /(?:0|[1-9][0-9]*)(?![.eE0-9])/y;
/** What Python writes for what is not finite. */
const NON_FINITE = /NaN|-?Infinity/y;
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

/** Exact in a 32-bit integer. */
const MOST_SMALL_DIGITS = 9;

/** Which numbers there may be. */
export type Numbers = 'any' | 'natural' | 'python';

export class JsonScanner {
  at = 0;

  constructor(
    readonly text: string,
    private readonly maxDepth: number,
    private readonly numbers: Numbers,
  ) {}

  /** The code of the next character that is no white space; NaN at the end. */
  next(): number {
    this.space();
    return this.text.charCodeAt(this.at);
  }

  deeper(depth: number): number {
    if (depth >= this.maxDepth) this.fail(`more than ${this.maxDepth} levels lie inside one another`);
    return depth + 1;
  }

  /** Passes over a value, which is as sound as one that is read, but for keys that occur twice. */
  skip(depth: number): void {
    switch (this.next()) {
      case 0x7b: {
        const inside = this.deeper(depth);
        for (let more = this.first('}'); more; more = this.another('}', 'brace')) {
          this.key(true);
          this.skip(inside);
        }
        return;
      }
      case 0x5b: {
        const inside = this.deeper(depth);
        for (let more = this.first(']'); more; more = this.another(']', 'bracket')) this.skip(inside);
        return;
      }
      case QUOTE:
        this.string(true);
        return;
      case 0x74:
        this.word('true');
        return;
      case 0x66:
        this.word('false');
        return;
      case 0x6e:
        this.word('null');
        return;
      default:
        this.number();
    }
  }

  /** Steps inside from an opening character, where this stands, and says whether an item follows. */
  first(close: string): boolean {
    this.at++;
    this.space();
    return !this.take(close);
  }

  /** Passes over what stands behind an item, and says whether another one follows. */
  another(close: string, name: string): boolean {
    this.space();
    if (this.take(close)) return false;
    if (!this.take(',')) this.fail(`a comma or a closing ${name} is missing`);
    return true;
  }

  /** A key and its colon; empty when it is passed over. */
  key(isSkipped = false): string {
    if (this.next() !== QUOTE) this.fail('a key in quotes is missing');
    const key = this.string(isSkipped);
    this.space();
    if (!this.take(':')) this.fail('a colon is missing');
    return key;
  }

  /** A text; empty when it is passed over. */
  string(isSkipped = false): string {
    const { text } = this;
    let start = ++this.at;
    let result = '';
    for (;;) {
      const code = text.charCodeAt(this.at);
      if (code === QUOTE) {
        if (!isSkipped) result += text.slice(start, this.at);
        this.at++;
        return result;
      }
      if (code === BACKSLASH) {
        if (!isSkipped) result += text.slice(start, this.at);
        this.at++;
        const escaped = this.#escape();
        if (!isSkipped) result += escaped;
        start = this.at;
      } else if (code >= 0x20) {
        this.at++;
      } else {
        // NaN at the end of the text comes here too.
        this.fail(this.at < text.length ? 'a control character stands in a string' : 'a string does not end');
      }
    }
  }

  #escape(): string {
    const letter = this.text[this.at++] ?? '';
    if (letter !== 'u') {
      const plain = ESCAPES.get(letter);
      if (plain === undefined) this.fail('an unknown escape stands in a string');
      return plain;
    }
    const first = this.#hex();
    if (first < 0xd800 || first > 0xdfff) return String.fromCharCode(first);
    if (first <= 0xdbff && this.text.startsWith('\\u', this.at)) {
      this.at += 2;
      const second = this.#hex();
      if (second >= 0xdc00 && second <= 0xdfff) return String.fromCharCode(first, second);
    }
    return this.fail('half of a surrogate pair stands alone in a string');
  }

  #hex(): number {
    FOUR_HEX.lastIndex = this.at;
    const match = FOUR_HEX.exec(this.text);
    if (match === null) this.fail('four hexadecimal digits are missing');
    this.at += 4;
    return Number.parseInt(match[0], 16);
  }

  number(): number {
    const small = this.#small();
    if (small !== null) return small;
    const isNatural = this.numbers === 'natural';
    const found =
      this.#match(isNatural ? NATURAL : NUMBER) ??
      (this.numbers === 'python' ? this.#match(NON_FINITE) : null);
    if (found === null) {
      return this.fail(
        this.at >= this.text.length
          ? 'the text ends too early'
          : isNatural
            ? 'a value is neither a plain whole number nor anything else that JSON has'
            : 'a value is not one that JSON has',
      );
    }
    const value = Number(found);
    if (isNatural ? !Number.isSafeInteger(value) : this.numbers === 'any' && !Number.isFinite(value)) {
      this.at -= found.length;
      this.fail(`the number ${found.slice(0, 40)} is too large`);
    }
    return value;
  }

  /** A whole number of few digits, which nearly all numbers of model files are; `null`, and nothing read, for others. */
  #small(): number | null {
    const { text } = this;
    let at = this.at;
    let value = 0;
    for (; at < this.at + MOST_SMALL_DIGITS; at++) {
      const digit = text.charCodeAt(at) - 0x30;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
    }
    const digits = at - this.at;
    const code = text.charCodeAt(at);
    const isWhole = code === 0x2c || code === 0x5d || code === 0x7d;
    if (digits === 0 || !isWhole || (digits > 1 && text.charCodeAt(this.at) === 0x30)) return null;
    this.at = at;
    return value;
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match === null) return null;
    this.at = pattern.lastIndex;
    return match[0];
  }

  word(word: string): void {
    if (!this.text.startsWith(word, this.at)) this.fail('a value is not one that JSON has');
    this.at += word.length;
  }

  space(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.at++;
    }
  }

  take(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  fail(problem: string): never {
    throw new JsonError(`${problem} (character ${this.at + 1})`);
  }
}
