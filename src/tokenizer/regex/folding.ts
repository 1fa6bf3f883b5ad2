/**
 * Ignoring case as Oniguruma does it. Letters of ASCII have their other case, s also U+017F and k also U+212A, as Unicode's
 * case folding says. Whatever needs more of Unicode's tables is refused.
 */
import { property } from './character-set.js';
import type { CharacterSet } from './character-set.js';
import { ExpressionError } from './expression.js';

/** Properties that hold all cases of each of their characters. */
const CASELESS = ['N', 'Nd', 'P', 'S', 'Z', 'space'].map((name) => property(name));

/** Longest range outside ASCII that is looked through for letters with a case. */
const MAX_RANGE = 0x10000;

/** A set with the other cases of its characters. @throws ExpressionError */
export function foldSet(set: CharacterSet): CharacterSet {
  switch (set.type) {
    case 'points':
      return { type: 'points', ranges: set.ranges.flatMap(foldRange) };
    case 'kinds': {
      const known = CASELESS.some(
        (other) =>
          other?.type === 'kinds' &&
          other.kinds.size === set.kinds.size &&
          [...set.kinds].every((kind) => other.kinds.has(kind)),
      );
      if (!known) throw new ExpressionError('a property of letters where case is ignored');
      return set;
    }
    case 'not':
      return { type: 'not', of: foldSet(set.of) };
    case 'any':
      return { type: 'any', of: set.of.map(foldSet) };
    case 'all':
      throw new ExpressionError('"&&" where case is ignored');
  }
}

function foldRange([first, last]: readonly [number, number]): (readonly [number, number])[] {
  const result: (readonly [number, number])[] = [[first, last]];
  for (let point = first; point <= Math.min(last, 0x7f); point++) {
    const letter = String.fromCharCode(point);
    if (!/[A-Za-z]/u.test(letter)) continue;
    const other = point ^ 0x20;
    result.push([other, other]);
    if (letter === 's' || letter === 'S') result.push([0x17f, 0x17f]);
    if (letter === 'k' || letter === 'K') result.push([0x212a, 0x212a]);
  }
  if (last - first > MAX_RANGE) throw new ExpressionError('a long range where case is ignored');
  for (let point = Math.max(first, 0x80); point <= last; point++) {
    const letter = String.fromCodePoint(point);
    if (letter.toLowerCase() !== letter || letter.toUpperCase() !== letter)
      throw new ExpressionError('letters outside ASCII where case is ignored');
  }
  return result;
}

/** Pairs of letters that one character folds into: ß, the ligatures of f, and the long s with t. */
const PAIRS = new Set(['ss', 'ff', 'fi', 'fl', 'st']);

/** @throws ExpressionError when one character would match two literal ones, ignoring case */
export function refuseFoldedPair(before: number | null, literal: number | null): void {
  if (before === null || literal === null) return;
  const pair = String.fromCodePoint(before, literal).toLowerCase();
  if (PAIRS.has(pair)) throw new ExpressionError(`"${pair}" where case is ignored`);
}
