/** The characters that an expression tells apart: all code points fall into a few symbols. */
import { addBoundaries, asciiKind, contains, LAST_POINT } from './character-set.js';
import type { CharacterSet } from './character-set.js';
import { ExpressionError } from './expression.js';
import { KINDS } from './kinds.js';

/** Symbols have a byte. */
const MAX_SYMBOLS = 250;
/** Ranges that an expression names: enough for any list of scripts. */
const MAX_INTERVALS = 1000;

/** Questions whether a set has a character. */
const MAX_WORK = 4_000_000;

/** Code points from `first` on, up to the next interval: their symbols by kind. */
export interface Interval {
  readonly first: number;
  readonly symbols: readonly number[];
}

export interface Alphabet {
  readonly size: number;
  /** Symbol of each ASCII character. */
  readonly ascii: readonly number[];
  /** From U+0080 on. */
  readonly intervals: readonly Interval[];
  /** Whether a symbol's characters are of a set, by the number of the set. */
  has(set: number, symbol: number): boolean;
}

/** The alphabet that keeps these sets apart. @throws ExpressionError when it gets too large */
export function makeAlphabet(sets: readonly CharacterSet[]): Alphabet {
  const boundaries = new Set<number>([0x80]);
  for (const set of sets) addBoundaries(set, boundaries);
  const firsts = [...boundaries]
    .filter((point) => point >= 0x80 && point <= LAST_POINT)
    .sort((a, b) => a - b);
  if (firsts.length > MAX_INTERVALS)
    throw new ExpressionError(`more than ${MAX_INTERVALS} ranges of characters`);
  if (sets.length * (0x80 + firsts.length * KINDS.length) > MAX_WORK)
    throw new ExpressionError('too many classes of characters');
  const numbers = new Map<string, number>();
  const members: boolean[][] = [];
  const symbolOf = (point: number, kind: number): number => {
    const row = sets.map((set) => contains(set, point, kind));
    const key = row.map(Number).join('');
    let symbol = numbers.get(key);
    if (symbol === undefined) {
      symbol = members.length;
      numbers.set(key, symbol);
      members.push(row);
    }
    return symbol;
  };
  const ascii = Array.from({ length: 0x80 }, (_, point) => symbolOf(point, asciiKind(point)));
  const intervals = firsts.map((first) => ({
    first,
    symbols: KINDS.map((_, kind) => symbolOf(first, kind)),
  }));
  if (members.length > MAX_SYMBOLS)
    throw new ExpressionError(`more than ${MAX_SYMBOLS} classes of characters`);
  return {
    size: members.length,
    ascii,
    intervals,
    has: (set, symbol) => members[symbol]?.[set] === true,
  };
}
