/** Sets of characters as an expression names them: code points, properties, and what is made of both. */
import { ASCII_KINDS, KINDS } from './kinds.js';

/** A set of code points; those of one kind differ only where `points` tells them apart. */
export type CharacterSet =
  /** Ranges of code points, both ends included. */
  | { readonly type: 'points'; readonly ranges: readonly (readonly [number, number])[] }
  /** All code points of some kinds (numbers of {@link KINDS}). */
  | { readonly type: 'kinds'; readonly kinds: ReadonlySet<number> }
  | { readonly type: 'not'; readonly of: CharacterSet }
  | { readonly type: 'any'; readonly of: readonly CharacterSet[] }
  | { readonly type: 'all'; readonly of: readonly CharacterSet[] };

/** Largest code point. */
export const LAST_POINT = 0x10ffff;

/** The set of a few code points. */
export function points(...list: readonly number[]): CharacterSet {
  return { type: 'points', ranges: list.map((point) => [point, point]) };
}

/** Whether a set holds a code point of a kind. */
export function contains(set: CharacterSet, point: number, kind: number): boolean {
  switch (set.type) {
    case 'points':
      return set.ranges.some(([first, last]) => first <= point && point <= last);
    case 'kinds':
      return set.kinds.has(kind);
    case 'not':
      return !contains(set.of, point, kind);
    case 'any':
      return set.of.some((part) => contains(part, point, kind));
    case 'all':
      return set.of.every((part) => contains(part, point, kind));
  }
}

/** Adds the code points at which membership may change other than by kind. */
export function addBoundaries(set: CharacterSet, boundaries: Set<number>): void {
  if (set.type === 'points') {
    for (const [first, last] of set.ranges) {
      boundaries.add(first);
      boundaries.add(last + 1);
    }
  } else if (set.type === 'not') addBoundaries(set.of, boundaries);
  else if (set.type !== 'kinds') for (const part of set.of) addBoundaries(part, boundaries);
}

/** Kind of an ASCII character. */
export function asciiKind(point: number): number {
  return ASCII_KINDS.charCodeAt(point) - 0x30;
}

/** Names of properties beside the categories, in lower case without spaces, hyphens and underscores. */
const LONG_NAMES: Readonly<Record<string, string>> = {
  letter: 'L',
  uppercaseletter: 'Lu',
  lowercaseletter: 'Ll',
  titlecaseletter: 'Lt',
  modifierletter: 'Lm',
  otherletter: 'Lo',
  mark: 'M',
  nonspacingmark: 'Mn',
  spacingmark: 'Mc',
  enclosingmark: 'Me',
  number: 'N',
  decimalnumber: 'Nd',
  letternumber: 'Nl',
  othernumber: 'No',
  punctuation: 'P',
  connectorpunctuation: 'Pc',
  dashpunctuation: 'Pd',
  openpunctuation: 'Ps',
  closepunctuation: 'Pe',
  initialpunctuation: 'Pi',
  finalpunctuation: 'Pf',
  otherpunctuation: 'Po',
  symbol: 'S',
  mathsymbol: 'Sm',
  currencysymbol: 'Sc',
  modifiersymbol: 'Sk',
  othersymbol: 'So',
  separator: 'Z',
  spaceseparator: 'Zs',
  lineseparator: 'Zl',
  paragraphseparator: 'Zp',
  other: 'C',
  control: 'Cc',
  format: 'Cf',
  unassigned: 'Cn',
  privateuse: 'Co',
  digit: 'Nd',
  punct: 'P',
  alphabetic: 'alpha',
  uppercase: 'upper',
  lowercase: 'lower',
  whitespace: 'space',
};

const CATEGORY = /^(?:[LMNPSZC]|L[ultmo]|M[nce]|N[dlo]|P[cdseifo]|S[mcko]|Z[slp]|C[cfno])$/u;

/** What an expression may name beside the categories; kinds.ts has the words. */
const WORDS: ReadonlySet<string> = new Set(['space', 'alpha', 'upper', 'lower']);

/** The set of a property, `null` for a name that is not known. */
export function property(name: string): CharacterSet | null {
  const plain = name.toLowerCase().replace(/[ _-]/gu, '');
  if (plain === 'any') return { type: 'not', of: points() };
  if (plain === 'ascii') return { type: 'points', ranges: [[0, 0x7f]] };
  if (plain === 'alnum') return { type: 'any', of: [kindsWith('alpha'), kindsWith('Nd')] };
  if (plain === 'word') return { type: 'all', of: [kindsWith('word'), { type: 'not', of: kindsWith('No') }] };
  const long = LONG_NAMES[plain] ?? plain;
  if (WORDS.has(long)) return kindsWith(long);
  const category = long.charAt(0).toUpperCase() + long.slice(1);
  return CATEGORY.test(category) ? kindsWith(category) : null;
}

/** All characters of a category (`L`, `Lu`) or with a word of kinds.ts. */
export function kindsWith(word: string): CharacterSet {
  const kinds = new Set<number>();
  KINDS.forEach((kind, number) => {
    const [category, ...words] = kind.split(' ');
    if (
      words.includes(word) ||
      category === word ||
      (word.length === 1 && category?.startsWith(word) === true)
    )
      kinds.add(number);
  });
  return { type: 'kinds', kinds };
}
