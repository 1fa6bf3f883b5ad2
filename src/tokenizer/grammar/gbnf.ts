/**
 * GBNF, the grammar notation of llama.cpp: `name ::= expression`, with texts, classes, groups, `|`, `*`, `+`, `?` and counted
 * repetitions.
 */
import {
  choiceOf,
  grammarError,
  GRAMMAR_LIMITS,
  LAST_CHARACTER,
  type CharacterRange,
  type Expression,
  type Grammar,
} from './expression.js';

const NAME = /[a-zA-Z][a-zA-Z0-9_-]*/y;
const NUMBER = /\d+/y;

/** @throws FormatError naming line and column */
export function parseGbnf(source: string, file: string): Grammar {
  return new Parser(source, file).grammar();
}

class Parser {
  #at = 0;

  constructor(
    private readonly source: string,
    private readonly file: string,
  ) {
    if (source.length > GRAMMAR_LIMITS.bytes)
      throw grammarError(file, `The grammar is longer than ${GRAMMAR_LIMITS.bytes / 1024} KB.`);
  }

  grammar(): Grammar {
    const rules = new Map<string, Expression>();
    this.#space(true);
    while (this.#at < this.source.length) {
      const name = this.#name();
      if (rules.has(name)) throw this.#wrong(`The rule "${name}" is there twice.`);
      this.#space(false);
      if (!this.#take('::=')) throw this.#wrong(`After the name "${name}" comes "::=".`);
      this.#space(true);
      rules.set(name, this.#choice(0, false));
      this.#space(true);
    }
    if (!rules.has('root')) throw grammarError(this.file, 'There is no rule "root", with which texts begin.');
    return { rules, file: this.file };
  }

  /** @param nested inside parentheses, where lines may end anywhere */
  #choice(depth: number, nested: boolean): Expression {
    if (depth > GRAMMAR_LIMITS.depth)
      throw this.#wrong(`Groups lie more than ${GRAMMAR_LIMITS.depth} deep inside each other.`);
    const items = [this.#sequence(depth, nested)];
    while (this.#take('|')) {
      this.#space(true);
      items.push(this.#sequence(depth, nested));
    }
    return choiceOf(items);
  }

  #sequence(depth: number, nested: boolean): Expression {
    const items: Expression[] = [];
    for (;;) {
      const item = this.#item(depth);
      if (item === null) break;
      items.push(this.#repeated(item));
      this.#space(nested);
    }
    // A bar on the next line goes on with the rule.
    const end = this.#at;
    this.#space(true);
    if (this.source[this.#at] !== '|') this.#at = end;
    return items.length === 1 ? (items[0] as Expression) : { kind: 'sequence', items };
  }

  #item(depth: number): Expression | null {
    const next = this.source[this.#at];
    if (next === '"') return this.#text();
    if (next === '[') return this.#class();
    if (this.#take('.')) return { kind: 'class', ranges: [[0, LAST_CHARACTER]] };
    if (this.#take('(')) {
      this.#space(true);
      const inner = this.#choice(depth + 1, true);
      this.#space(true);
      if (!this.#take(')')) throw this.#wrong('A ")" is missing.');
      return inner;
    }
    if (next === undefined || !/[a-zA-Z]/.test(next)) return null;
    // The name of the next rule is not part of this one.
    const before = this.#at;
    const name = this.#name();
    const end = this.#at;
    this.#space(false);
    const begins = this.source.startsWith('::=', this.#at);
    this.#at = begins ? before : end;
    return begins ? null : { kind: 'rule', name };
  }

  #repeated(item: Expression): Expression {
    let result = item;
    for (;;) {
      if (this.#take('*')) result = { kind: 'repeat', item: result, least: 0, most: Infinity };
      else if (this.#take('+')) result = { kind: 'repeat', item: result, least: 1, most: Infinity };
      else if (this.#take('?')) result = { kind: 'repeat', item: result, least: 0, most: 1 };
      else if (this.#take('{')) result = this.#counted(result);
      else return result;
    }
  }

  #counted(item: Expression): Expression {
    this.#space(false);
    const least = this.#number() ?? 0;
    this.#space(false);
    let most = least;
    if (this.#take(',')) {
      this.#space(false);
      most = this.#number() ?? Infinity;
      this.#space(false);
    }
    if (!this.#take('}')) throw this.#wrong('A "}" is missing.');
    const largest = Math.max(least, most === Infinity ? 0 : most);
    if (largest > GRAMMAR_LIMITS.repeats || most < least)
      throw this.#wrong(`A repetition is of the form {least,most}, with at most ${GRAMMAR_LIMITS.repeats}.`);
    return { kind: 'repeat', item, least, most };
  }

  #text(): Expression {
    this.#at += 1;
    let text = '';
    while (!this.#take('"')) {
      if (this.#at >= this.source.length || this.source[this.#at] === '\n')
        throw this.#wrong('A text does not end on its line.');
      text += String.fromCodePoint(this.#character());
    }
    return { kind: 'text', text };
  }

  #class(): Expression {
    this.#at += 1;
    const isNegated = this.#take('^');
    const ranges: CharacterRange[] = [];
    while (!this.#take(']')) {
      if (this.#at >= this.source.length || this.source[this.#at] === '\n')
        throw this.#wrong('A class of characters does not end on its line.');
      const first = this.#character();
      const isRange = this.source[this.#at] === '-' && this.source[this.#at + 1] !== ']';
      if (isRange) this.#at += 1;
      const last = isRange ? this.#character() : first;
      if (last < first) throw this.#wrong('A range of characters runs backwards.');
      ranges.push([first, last]);
    }
    return { kind: 'class', ranges: isNegated ? complement(ranges) : ranges };
  }

  /** A character or an escape, as its code point. */
  #character(): number {
    const point = this.source.codePointAt(this.#at) ?? 0;
    this.#at += point > 0xffff ? 2 : 1;
    if (point >= 0xd800 && point < 0xe000) throw this.#wrong('Half a surrogate pair is no character.');
    if (point !== 0x5c) return point;
    const escape = this.source[this.#at] ?? '';
    this.#at += 1;
    const digits = { x: 2, u: 4, U: 8 }[escape];
    if (digits !== undefined) {
      const text = this.source.slice(this.#at, this.#at + digits);
      const code = Number.parseInt(text, 16);
      if (text.length < digits || !/^[0-9a-fA-F]+$/.test(text) || code > LAST_CHARACTER || code >> 11 === 27)
        throw this.#wrong(`"\\${escape}" stands before ${digits} hexadecimal digits of a character.`);
      this.#at += digits;
      return code;
    }
    const plain = ({ n: 10, r: 13, t: 9 } as Readonly<Record<string, number>>)[escape];
    if (plain !== undefined) return plain;
    if ('\\"[]^-'.includes(escape) && escape !== '') return escape.charCodeAt(0);
    throw this.#wrong(`There is no escape "\\${escape}".`);
  }

  #name(): string {
    NAME.lastIndex = this.#at;
    const [name] = NAME.exec(this.source) ?? [];
    if (name === undefined) throw this.#wrong('A rule begins with its name.');
    this.#at += name.length;
    return name;
  }

  #number(): number | null {
    NUMBER.lastIndex = this.#at;
    const [digits] = NUMBER.exec(this.source) ?? [];
    if (digits === undefined) return null;
    this.#at += digits.length;
    return Number(digits);
  }

  #take(text: string): boolean {
    const is = this.source.startsWith(text, this.#at);
    if (is) this.#at += text.length;
    return is;
  }

  /** Skips spaces and comments; lines too, where they may end. */
  #space(lines: boolean): void {
    for (;;) {
      const next = this.source[this.#at];
      if (next === '#') while (this.#at < this.source.length && this.source[this.#at] !== '\n') this.#at += 1;
      else if (next === ' ' || next === '\t' || (lines && (next === '\n' || next === '\r'))) this.#at += 1;
      else return;
    }
  }

  #wrong(problem: string): Error {
    const before = this.source.slice(0, this.#at);
    const line = before.split('\n').length;
    return grammarError(
      this.file,
      `${problem} (line ${line}, column ${before.length - before.lastIndexOf('\n')})`,
    );
  }
}

/** Every other character. */
export function complement(ranges: readonly CharacterRange[]): CharacterRange[] {
  const sorted = [...ranges].sort(([a], [b]) => a - b);
  const result: CharacterRange[] = [];
  let next = 0;
  for (const [first, last] of sorted) {
    if (first > next) result.push([next, first - 1]);
    next = Math.max(next, last + 1);
  }
  if (next <= LAST_CHARACTER) result.push([next, LAST_CHARACTER]);
  return result;
}
