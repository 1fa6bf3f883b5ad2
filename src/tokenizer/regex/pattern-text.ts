/** The characters of an expression, read from left to right. */
import { ExpressionError } from './expression.js';

export class PatternText {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  get done(): boolean {
    return this.#at >= this.#source.length;
  }

  /** Whether a text comes next. */
  sees(text: string): boolean {
    return this.#source.startsWith(text, this.#at);
  }

  /** Skips a text if it comes next. */
  take(text: string): boolean {
    const here = this.sees(text);
    if (here) this.#at += text.length;
    return here;
  }

  /** Skips what an expression that begins with `^` matches, `null` when it does not. */
  match(expression: RegExp): RegExpExecArray | null {
    const found = expression.exec(this.#source.slice(this.#at));
    this.#at += found?.[0].length ?? 0;
    return found;
  }

  /** The next characters, for messages. */
  ahead(count: number): string {
    return this.#source.slice(this.#at, this.#at + count);
  }

  /** The next code point. @throws ExpressionError at the end */
  character(): number {
    const point = this.#source.codePointAt(this.#at);
    if (point === undefined) throw new ExpressionError('it ends too early');
    this.#at += point > 0xffff ? 2 : 1;
    return point;
  }
}
