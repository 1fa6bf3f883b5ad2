/** A regular expression as a tree. */
import type { CharacterSet } from './character-set.js';

export type Expression =
  /** One character. */
  | { readonly type: 'set'; readonly set: CharacterSet }
  | { readonly type: 'sequence'; readonly parts: readonly Expression[] }
  /** The first part that lets the whole match. */
  | { readonly type: 'choice'; readonly parts: readonly Expression[] }
  | {
      readonly type: 'repeat';
      readonly of: Expression;
      readonly least: number;
      readonly most: number;
      readonly lazy: boolean;
    }
  /** Nothing, where the next character is of a set or, with `end`, where the text ends. */
  | { readonly type: 'next'; readonly set: CharacterSet; readonly end: boolean };

/** An expression that no automaton of ours equals; the message continues "… is not supported: ". */
export class ExpressionError extends Error {
  override name = 'ExpressionError';
}

/** Whether an expression can match the empty text. */
export function canBeEmpty(expression: Expression): boolean {
  switch (expression.type) {
    case 'set':
      return false;
    case 'next':
      return true;
    case 'sequence':
      return expression.parts.every(canBeEmpty);
    case 'choice':
      return expression.parts.some(canBeEmpty);
    case 'repeat':
      return expression.least === 0 || canBeEmpty(expression.of);
  }
}

/** The one character that an expression stands for, `null` when it is longer, shorter or a condition. */
export function asSet(expression: Expression): CharacterSet | null {
  if (expression.type === 'set') return expression.set;
  if (expression.type === 'sequence') {
    const [only, ...more] = expression.parts;
    return only === undefined || more.length > 0 ? null : asSet(only);
  }
  if (expression.type !== 'choice') return null;
  const sets = expression.parts.map(asSet);
  return sets.every((set) => set !== null) ? { type: 'any', of: sets } : null;
}
