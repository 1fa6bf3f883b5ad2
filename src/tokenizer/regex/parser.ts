/**
 * Reads a regular expression as the tokenizers library reads it: Oniguruma with Ruby's syntax. What is not regular over the
 * characters, or looks further ahead than one character, is refused by name.
 */
import { points } from './character-set.js';
import type { CharacterSet } from './character-set.js';
import { ClassReader } from './class-reader.js';
import { asSet, canBeEmpty, ExpressionError } from './expression.js';
import type { Expression } from './expression.js';
import { foldSet, refuseFoldedPair } from './folding.js';
import { PatternText } from './pattern-text.js';

/** Nested groups and copies of a repeated part: real expressions have few; both bound the work. */
const MAX_DEPTH = 50;
const MAX_COPIES = 1000;
/** Characters of an expression; published ones have a thousand. */
const MAX_LENGTH = 20_000;

interface Options {
  readonly ignoreCase: boolean;
  /** `.` is a line end too. */
  readonly dotAll: boolean;
}

/** Reads a whole expression. @throws ExpressionError */
export function parseExpression(source: string): Expression {
  if (source.length > MAX_LENGTH) throw new ExpressionError(`it has more than ${MAX_LENGTH} characters`);
  const text = new PatternText(source);
  const expression = new Parser(text).choice({ ignoreCase: false, dotAll: false }, 0);
  if (!text.done) throw new ExpressionError(`a ")" without its "("`);
  return expression;
}

/** The expression of exactly this text. */
export function literalExpression(value: string): Expression {
  const parts = [...value].map((character): Expression => ({
    type: 'set',
    set: points(character.codePointAt(0) ?? 0),
  }));
  return { type: 'sequence', parts };
}

class Parser {
  readonly #text: PatternText;
  readonly #classes: ClassReader;

  constructor(text: PatternText) {
    this.#text = text;
    this.#classes = new ClassReader(text);
  }

  /** Alternatives up to the end of the group. */
  choice(options: Options, depth: number): Expression {
    if (depth > MAX_DEPTH) throw new ExpressionError(`groups inside more than ${MAX_DEPTH} others`);
    const parts = [this.#sequence(options, depth)];
    while (this.#text.take('|')) parts.push(this.#sequence(options, depth));
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { type: 'choice', parts };
  }

  #sequence(options: Options, depth: number): Expression {
    const parts: Expression[] = [];
    const text = this.#text;
    let before: number | null = null; // the literal character before, for those that fold together
    while (!text.done && !text.sees('|') && !text.sees(')')) {
      const { literal, expression, quantifiable } = this.#atom(options, depth);
      if (options.ignoreCase) refuseFoldedPair(before, literal);
      const repeated = quantifiable ? this.#quantified(expression, literal, options) : expression;
      before = literal;
      parts.push(repeated);
    }
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : { type: 'sequence', parts };
  }

  #atom(
    options: Options,
    depth: number,
  ): { expression: Expression; literal: number | null; quantifiable: boolean } {
    const text = this.#text;
    const condition = (expression: Expression) => ({ expression, literal: null, quantifiable: false });
    const one = (set: CharacterSet, literal: number | null = null) => ({
      expression: { type: 'set' as const, set: options.ignoreCase ? foldSet(set) : set },
      literal,
      quantifiable: true,
    });
    if (text.take('(')) return this.#group(options, depth + 1);
    if (text.take('[')) return one(this.#classes.read());
    if (text.take('.'))
      return one(options.dotAll ? { type: 'not', of: points() } : { type: 'not', of: points(0x0a) });
    if (text.take('$')) return condition({ type: 'next', set: points(0x0a), end: true });
    if (text.sees('^')) throw new ExpressionError('"^" looks back');
    if (text.sees('*') || text.sees('+') || text.sees('?'))
      throw new ExpressionError('a repetition of nothing');
    if (text.take('\\z')) return condition({ type: 'next', set: points(), end: true });
    if (text.sees('\\')) {
      const escape = this.#classes.escape(false);
      return typeof escape === 'number' ? one(points(escape), escape) : one(escape);
    }
    const literal = text.character();
    return one(points(literal), literal);
  }

  /** What follows "(". */
  #group(options: Options, depth: number): { expression: Expression; literal: null; quantifiable: boolean } {
    const text = this.#text;
    const done = (expression: Expression, quantifiable = true) => {
      if (!text.take(')')) throw new ExpressionError('a "(" without its ")"');
      return { expression, literal: null, quantifiable };
    };
    if (!text.sees('?')) return done(this.choice(options, depth));
    if (text.take('?:')) return done(this.choice(options, depth));
    if (text.take('?#')) {
      while (!text.done && !text.sees(')')) text.character();
      return done({ type: 'sequence', parts: [] }, false);
    }
    if (text.take('?=')) return done(nextOf(this.choice(options, depth), false), false);
    if (text.take('?!')) return done(nextOf(this.choice(options, depth), true), false);
    if (text.sees('?<=') || text.sees('?<!')) throw new ExpressionError('it looks back ("(?<")');
    const named = text.match(/^\?<[A-Za-z_]\w*>/u) ?? text.match(/^\?'[A-Za-z_]\w*'/u);
    if (named !== null) return done(this.choice(options, depth));
    const flags = text.match(/^\?([im]*)(?:-([im]+))?([:)])/u);
    if (flags === null) throw new ExpressionError(`the group "(${text.ahead(3)}"`);
    const [, on = '', off = '', end] = flags;
    const changed = {
      ignoreCase: (options.ignoreCase || on.includes('i')) && !off.includes('i'),
      dotAll: (options.dotAll || on.includes('m')) && !off.includes('m'),
    };
    if (end === ':') return done(this.choice(changed, depth));
    // Without a colon the rest of the group around it, alternatives too, is inside.
    return { expression: this.choice(changed, depth), literal: null, quantifiable: false };
  }

  /** An expression with the repetitions that stand behind it. */
  #quantified(expression: Expression, literal: number | null, options: Options): Expression {
    const text = this.#text;
    let result = expression;
    for (;;) {
      const sign = text.match(/^[*+?]/u)?.[0];
      const interval = sign === undefined ? text.match(/^\{(?:(\d{1,5})(,(\d{0,5}))?|,(\d{1,5}))\}/u) : null;
      if (sign === undefined && interval === null) return result;
      let [least, most] =
        sign === undefined ? [0, Infinity] : [Number(sign === '+'), sign === '?' ? 1 : Infinity];
      if (interval !== null) {
        const [, low, range, high, only] = interval;
        least = Number(low ?? 0);
        most =
          only !== undefined
            ? Number(only)
            : range === undefined
              ? least
              : high === ''
                ? Infinity
                : Number(high);
        if (most < least || most === 0) throw new ExpressionError(`the repetition "${interval[0]}"`);
        if (range === undefined && only === undefined && text.sees('?'))
          throw new ExpressionError(`the repetition "${interval[0]}?"`);
        if (options.ignoreCase) refuseFoldedPair(literal, literal);
      }
      if (Math.max(least, most === Infinity ? 0 : most) > MAX_COPIES)
        throw new ExpressionError(`more than ${MAX_COPIES} repetitions`);
      if (most === Infinity && canBeEmpty(result)) throw new ExpressionError('it repeats what can be empty');
      const lazy = text.take('?');
      // Behind an interval a plus is no possessive one, but repeats the whole.
      const possessive = !lazy && sign !== undefined && text.take('+');
      const repeat: Expression = { type: 'repeat', of: result, least, most, lazy };
      result = possessive ? possessiveOf(result, repeat) : repeat;
    }
  }
}

/**
 * A condition on what follows, for an expression of one character (or of the end).
 * @param negated it must not follow
 */
function nextOf(expression: Expression, negated: boolean): Expression {
  const parts = expression.type === 'choice' ? expression.parts : [expression];
  const sets: CharacterSet[] = [];
  let end = false;
  for (const part of parts) {
    if (part.type === 'next') {
      sets.push(part.set);
      end ||= part.end;
      continue;
    }
    const set = asSet(part);
    if (set === null) throw new ExpressionError('it looks ahead by more than one character');
    sets.push(set);
  }
  const set: CharacterSet = { type: 'any', of: sets };
  return { type: 'next', set: negated ? { type: 'not', of: set } : set, end: end !== negated };
}

/** A repetition that gives nothing back, for one character: what follows is another one. */
function possessiveOf(body: Expression, repeat: Expression & { type: 'repeat' }): Expression {
  const set = asSet(body);
  if (set === null) throw new ExpressionError('a possessive repetition of more than one character');
  const other: Expression = { type: 'next', set: { type: 'not', of: set }, end: true };
  if (repeat.most === 1) return { type: 'choice', parts: [body, other] };
  return { type: 'sequence', parts: [repeat, other] };
}
