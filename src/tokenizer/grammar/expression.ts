/** A grammar as a tree of expressions over characters, from GBNF or from a JSON schema. */
import { FormatError } from '../../shared/errors.js';

/** Characters from the first to the last code point. */
export type CharacterRange = readonly [first: number, last: number];

export type Expression =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'class'; readonly ranges: readonly CharacterRange[] }
  | { readonly kind: 'sequence'; readonly items: readonly Expression[] }
  | { readonly kind: 'choice'; readonly items: readonly Expression[] }
  /** `most` is Infinity without a limit. */
  | { readonly kind: 'repeat'; readonly item: Expression; readonly least: number; readonly most: number }
  | { readonly kind: 'rule'; readonly name: string };

export interface Grammar {
  /** By name; `root` is where a text begins. */
  readonly rules: ReadonlyMap<string, Expression>;
  /** What messages name. */
  readonly file: string;
}

export const GRAMMAR_LIMITS = {
  /** A page of rules is a long grammar. */
  bytes: 64 * 1024,
  /** Expressions inside each other: the reader and what follows it are recursive. */
  depth: 64,
  /** Longest counted repetition: each is a state. */
  repeats: 1024,
} as const;

/** The last code point. */
export const LAST_CHARACTER = 0x10ffff;

/** One text. */
export function text(value: string): Expression {
  return { kind: 'text', text: value };
}

export function sequence(...items: readonly Expression[]): Expression {
  return items.length === 1 ? (items[0] as Expression) : { kind: 'sequence', items };
}

export function choiceOf(items: readonly Expression[]): Expression {
  return items.length === 1 ? (items[0] as Expression) : { kind: 'choice', items };
}

export function optional(item: Expression): Expression {
  return { kind: 'repeat', item, least: 0, most: 1 };
}

/** What is wrong with a grammar. */
export function grammarError(file: string, problem: string): FormatError {
  return new FormatError(problem, {
    file,
    remedy: 'Change the grammar as docs/grammars.md describes.',
    code: 'broken-file',
  });
}
