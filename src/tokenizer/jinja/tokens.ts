/** The tokens of a template as its parsers go through them. */
import { tokenize, type Token } from './lexer.js';

/** Parentheses, conditions and blocks in one another: real templates have some ten. */
const MAX_DEPTH = 200;

const OVER: Token = { kind: 'over', text: '' };

export class Tokens {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  /** @throws Error when the source is not a template's */
  constructor(source: string) {
    this.#tokens = tokenize(source);
  }

  get now(): Token {
    return this.#tokens[this.#at] ?? OVER;
  }

  /** How far they were gone through. */
  get place(): number {
    return this.#at;
  }

  /** Whether a name has stood since a place. */
  hadName(name: string, since: number): boolean {
    return this.#tokens.slice(since, this.#at).some(({ kind, text }) => kind === 'name' && text === name);
  }

  next(): Token {
    const token = this.now;
    this.#at++;
    return token;
  }

  /** Whether this is here, or comes after so many others. */
  is(kind: Token['kind'], text?: string, ahead = 0): boolean {
    const token = this.#tokens[this.#at + ahead] ?? OVER;
    return token.kind === kind && (text === undefined || token.text === text);
  }

  /** Goes past it when it is here. */
  skip(kind: Token['kind'], text?: string): boolean {
    if (!this.is(kind, text)) return false;
    this.#at++;
    return true;
  }

  sign(text: string): boolean {
    return this.skip('sign', text);
  }

  word(text: string): boolean {
    return this.skip('name', text);
  }

  /** @throws Error when something else is here */
  expect(kind: Token['kind'], text?: string): string {
    if (!this.is(kind, text))
      throw new Error(`${text ?? `a ${kind}`} is expected in place of ${this.said()}`);
    return this.next().text;
  }

  said(): string {
    const { kind, text } = this.now;
    return text === '' || kind === 'data' ? `a ${kind}` : text;
  }

  /** Parses something that may contain itself. @throws Error when it does too often */
  deeper<T>(parse: () => T): T {
    if (++this.#depth > MAX_DEPTH) throw new Error('it is nested too deeply');
    const result = parse();
    this.#depth--;
    return result;
  }
}
