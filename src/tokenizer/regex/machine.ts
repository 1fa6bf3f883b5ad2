/** An expression as the table that the engine walks (docs/tokenizer-tables.md, "Machines"). */
import { makeAutomaton } from './automaton.js';
import type { Automaton } from './automaton.js';
import { canBeEmpty, ExpressionError } from './expression.js';
import { literalExpression, parseExpression } from './parser.js';
import type { Expression } from './expression.js';

/** Words of one machine: the step table of an expression like o200k's has a thousand. */
const MAX_WORDS = 1 << 16;
/** Kinds of characters that a map has room for. */
const KIND_ROOM = 64;
const MATCH = 0x8000;

/**
 * The machine of a pattern as tokenizer.json has it.
 * @returns little-endian words
 * @throws ExpressionError
 */
export function compilePattern(pattern: {
  readonly kind: 'String' | 'Regex';
  readonly value: string;
}): number[] {
  if (pattern.value === '') throw new ExpressionError('it is empty');
  return compile(
    pattern.kind === 'String' ? literalExpression(pattern.value) : parseExpression(pattern.value),
  );
}

/** The machine of an expression. @throws ExpressionError */
export function compile(expression: Expression): number[] {
  if (canBeEmpty(expression)) throw new ExpressionError('it matches the empty text');
  const automaton = makeAutomaton(expression);
  if (automaton.steps.length < 2) throw new ExpressionError('it matches nothing');
  const words = layOut(mergeSymbols(automaton));
  if (words.length > MAX_WORDS) throw new ExpressionError(`a table of more than ${MAX_WORDS} words`);
  return words;
}

interface Tables {
  readonly ascii: readonly number[];
  readonly intervals: readonly { readonly first: number; readonly symbols: readonly number[] }[];
  /** By state; one entry for each symbol, then the end of the text. */
  readonly rows: readonly (readonly number[])[];
}

/** Symbols that no state tells apart become one. */
function mergeSymbols({ alphabet, steps }: Automaton): Tables {
  const rows = steps.map((row) => row.map(({ state, match }) => state | (match ? MATCH : 0)));
  const numbers = new Map<string, number>();
  const kept: number[] = [];
  const merged = Array.from({ length: alphabet.size }, (_, symbol) => {
    const key = rows.map((row) => row[symbol]).join(' ');
    let number = numbers.get(key);
    if (number === undefined) {
      number = kept.push(symbol) - 1;
      numbers.set(key, number);
    }
    return number;
  });
  const rename = (symbol: number): number => merged[symbol] as number;
  return {
    ascii: alphabet.ascii.map(rename),
    intervals: alphabet.intervals.map(({ first, symbols }) => ({ first, symbols: symbols.map(rename) })),
    rows: rows.map((row) => [...kept.map((symbol) => row[symbol] as number), row[alphabet.size] as number]),
  };
}

function layOut({ ascii, intervals, rows }: Tables): number[] {
  const maps = new Map<string, number>();
  const mapBytes: number[] = [];
  const entries: number[] = [];
  let before = -1;
  for (const { first, symbols } of intervals) {
    const key = symbols.join(' ');
    let map = maps.get(key);
    if (map === undefined) {
      map = maps.size;
      maps.set(key, map);
      mapBytes.push(...symbols, ...Array.from({ length: KIND_ROOM - symbols.length }, () => 0));
    }
    if (map !== before) entries.push(first + map * 0x200000);
    before = map;
  }
  const columns = rows[0]?.length ?? 0;
  const cells = rows.flat();
  if (cells.length % 2 > 0) cells.push(0);
  return [
    rows.length + columns * 0x10000,
    entries.length + maps.size * 0x10000,
    ...packed(ascii, 4),
    ...entries,
    ...packed(mapBytes, 4),
    ...packed(cells, 2),
  ];
}

/** Numbers as little-endian words, `perWord` in each. */
function packed(values: readonly number[], perWord: 2 | 4): number[] {
  const factor = perWord === 2 ? 0x10000 : 0x100;
  return Array.from({ length: values.length / perWord }, (_, word) =>
    values.slice(word * perWord, (word + 1) * perWord).reduceRight((sum, value) => sum * factor + value, 0),
  );
}

/** Longest text that is searched here: added tokens that an expression may change are short. */
const MAX_SEARCHED = 256;

/** Whether a machine matches nowhere in a text; `null` when that is not told here: it is long, or not ASCII. */
export function leavesAsciiAlone(words: readonly number[], text: string): boolean | null {
  if (text.length > MAX_SEARCHED || !/^[\0-\x7f]*$/u.test(text)) return null;
  const columns = (words[0] as number) >>> 16;
  const tables = 34 + ((words[1] as number) & 0xffff) + ((words[1] as number) >>> 16) * (KIND_ROOM / 4);
  const symbol = (code: number): number => ((words[2 + (code >> 2)] as number) >>> ((code & 3) * 8)) & 0xff;
  for (let begin = 0; begin < text.length; begin++) {
    for (let at = begin, state = 1; state !== 0; at++) {
      const column = at < text.length ? symbol(text.charCodeAt(at)) : columns - 1;
      const cell = state * columns + column;
      const step = ((words[tables + (cell >> 1)] as number) >>> ((cell & 1) * 16)) & 0xffff;
      if ((step & MATCH) !== 0) return false;
      if (at >= text.length) break;
      state = step;
    }
  }
  return true;
}
