/**
 * A grammar as a deterministic automaton over the bytes of UTF-8. Rules are written out where they are used; a rule that comes back
 * to itself may do so at its end alone, as an automaton has no stack.
 */
import {
  grammarError,
  LAST_CHARACTER,
  type CharacterRange,
  type Expression,
  type Grammar,
} from './expression.js';

/** What a grammar may grow to while it is worked on, and as an automaton. */
export const AUTOMATON_LIMITS = {
  /** States of the automaton that may be in several at once. */
  parts: 100_000,
  /** States of the one that is in one. */
  states: 8192,
  /** Steps of making one of the other: a second or so. A grammar with as many states as there may be takes far fewer. */
  steps: 5_000_000,
} as const;

/** No state. */
export const DEAD = -1;

export interface ByteAutomaton {
  readonly states: number;
  /** `next[256 * state + byte]`, or {@link DEAD}; state 0 is the first. */
  readonly next: Int32Array;
  readonly final: Uint8Array;
}

/** Edges of a state: bytes from a first to a last one; those without bytes are taken for nothing. */
interface Part {
  readonly free: number[];
  readonly edges: { readonly first: number; readonly last: number; readonly to: number }[];
}

/** @throws FormatError when the grammar is too large, names a rule that is not there, or comes back to itself inside */
export function byteAutomaton(grammar: Grammar): ByteAutomaton {
  const builder = new Builder(grammar);
  const end = builder.part();
  const begin = builder.part();
  builder.rule('root', begin, end);
  return smallest(determined(builder.parts, begin, end, grammar.file));
}

class Builder {
  readonly parts: Part[] = [];
  /** Rules that are being written out: where each begins, and where it leads. */
  readonly #open: { readonly name: string; readonly begin: number; readonly to: number }[] = [];

  constructor(private readonly grammar: Grammar) {}

  part(): number {
    if (this.parts.length >= AUTOMATON_LIMITS.parts)
      throw grammarError(
        this.grammar.file,
        `Written out, the grammar has more than ${AUTOMATON_LIMITS.parts} places. Use fewer counted repetitions, or smaller ones.`,
      );
    return this.parts.push({ free: [], edges: [] }) - 1;
  }

  rule(name: string, from: number, to: number): void {
    const expression = this.grammar.rules.get(name);
    if (expression === undefined)
      throw grammarError(this.grammar.file, `There is no rule "${name.slice(0, 60)}".`);
    const again = this.#open.find((one) => one.name === name);
    if (again !== undefined) {
      if (again.to !== to)
        throw grammarError(
          this.grammar.file,
          `The rule "${name.slice(0, 60)}" contains itself elsewhere than at its end, which a board cannot follow: it counts no depth. Write out the levels that you need.`,
        );
      this.#free(from, again.begin);
      return;
    }
    const begin = this.part();
    this.#free(from, begin);
    this.#open.push({ name, begin, to });
    this.expression(expression, begin, to);
    this.#open.pop();
  }

  expression(expression: Expression, from: number, to: number): void {
    switch (expression.kind) {
      case 'text':
        this.#bytes(new TextEncoder().encode(expression.text), from, to);
        break;
      case 'class':
        for (const range of expression.ranges) this.#range(range, from, to);
        break;
      case 'rule':
        this.rule(expression.name, from, to);
        break;
      case 'choice':
        for (const item of expression.items) this.expression(item, from, to);
        break;
      case 'sequence': {
        let at = from;
        expression.items.forEach((item, index) => {
          const next = index === expression.items.length - 1 ? to : this.part();
          this.expression(item, at, next);
          at = next;
        });
        if (expression.items.length === 0) this.#free(from, to);
        break;
      }
      case 'repeat':
        this.#repeat(expression, from, to);
        break;
    }
  }

  #repeat({ item, least, most }: Extract<Expression, { kind: 'repeat' }>, from: number, to: number): void {
    let at = from;
    for (let count = 0; count < least; count++) at = this.#one(item, at);
    if (most === Infinity) {
      const loop = this.part();
      this.#free(at, loop);
      this.#free(this.#one(item, loop), loop);
      this.#free(loop, to);
      return;
    }
    for (let count = least; count < most; count++) {
      this.#free(at, to);
      at = this.#one(item, at);
    }
    this.#free(at, to);
  }

  #one(item: Expression, from: number): number {
    const next = this.part();
    this.expression(item, from, next);
    return next;
  }

  #bytes(bytes: Uint8Array, from: number, to: number): void {
    let at = from;
    bytes.forEach((byte, index) => {
      const next = index === bytes.length - 1 ? to : this.part();
      this.#edge(at, byte, byte, next);
      at = next;
    });
    if (bytes.length === 0) this.#free(from, to);
  }

  #range([first, last]: CharacterRange, from: number, to: number): void {
    for (const bytes of utf8Ranges(first, last)) {
      let at = from;
      bytes.forEach(([low, high], index) => {
        const next = index === bytes.length - 1 ? to : this.part();
        this.#edge(at, low, high, next);
        at = next;
      });
    }
  }

  #edge(from: number, first: number, last: number, to: number): void {
    this.parts[from]?.edges.push({ first, last, to });
  }

  #free(from: number, to: number): void {
    this.parts[from]?.free.push(to);
  }
}

type ByteRange = readonly [low: number, high: number];

/** The characters of a range as ranges of bytes, without surrogates. */
export function utf8Ranges(first: number, last: number): ByteRange[][] {
  const result: ByteRange[][] = [];
  // Lengths of UTF-8, and the gap of the surrogates.
  for (const [low, high, length] of [
    [0, 0x7f, 1],
    [0x80, 0x7ff, 2],
    [0x800, 0xd7ff, 3],
    [0xe000, 0xffff, 3],
    [0x10000, LAST_CHARACTER, 4],
  ] as const) {
    const from = Math.max(first, low);
    const until = Math.min(last, high);
    if (from <= until) split(from, until, length, result);
  }
  return result;
}

function split(first: number, last: number, length: number, into: ByteRange[][]): void {
  for (let tail = 1; tail < length; tail++) {
    const mask = (1 << (6 * tail)) - 1;
    if (first >> (6 * tail) === last >> (6 * tail)) continue;
    if ((first & mask) !== 0) {
      split(first, first | mask, length, into);
      split((first | mask) + 1, last, length, into);
      return;
    }
    if ((last & mask) !== mask) {
      split(first, (last & ~mask) - 1, length, into);
      split(last & ~mask, last, length, into);
      return;
    }
  }
  const [low, high] = [bytesOf(first, length), bytesOf(last, length)];
  into.push(low.map((byte, index) => [byte, high[index] as number]));
}

function bytesOf(point: number, length: number): number[] {
  if (length === 1) return [point];
  const lead = (0xf00 >> length) & 0xff;
  return Array.from({ length }, (_, index) => {
    const bits = (point >> (6 * (length - 1 - index))) & 0x3f;
    return index === 0 ? lead | (point >> (6 * (length - 1))) : 0x80 | bits;
  });
}

/** The subset construction (Rabin and Scott, 1959). */
function determined(parts: readonly Part[], begin: number, end: number, file: string): ByteAutomaton {
  let steps = 0;
  const count = (by: number): void => {
    steps += by;
    if (steps > AUTOMATON_LIMITS.steps)
      throw grammarError(
        file,
        'Repetitions inside repetitions make this grammar too much work. Use fewer of them, or smaller ones.',
      );
  };
  const closure = (seeds: Iterable<number>): number[] => {
    const seen = new Set(seeds);
    const stack = [...seen];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const { free } = parts[at] as Part;
      count(1 + free.length);
      for (const to of free)
        if (!seen.has(to)) {
          seen.add(to);
          stack.push(to);
        }
    }
    return [...seen].sort((a, b) => a - b);
  };
  const known = new Map<string, number>();
  const sets: number[][] = [];
  const rows: Int32Array[] = [];
  const numberOf = (set: number[]): number => {
    count(set.length);
    const key = set.join();
    const found = known.get(key);
    if (found !== undefined) return found;
    if (sets.length >= AUTOMATON_LIMITS.states) throw tooLarge(file);
    known.set(key, sets.length);
    return sets.push(set) - 1;
  };
  numberOf(closure([begin]));
  for (let state = 0; state < sets.length; state++) {
    const edges = (sets[state] as number[]).flatMap((part) => (parts[part] as Part).edges);
    const row = new Int32Array(256).fill(DEAD);
    // Bytes between two borders lead to the same places.
    const borders = [...new Set(edges.flatMap(({ first, last }) => [first, last + 1]))].sort((a, b) => a - b);
    borders.slice(0, -1).forEach((low, index) => {
      count(edges.length);
      const targets = new Set<number>();
      for (const { first, last, to } of edges) if (first <= low && low <= last) targets.add(to);
      if (targets.size > 0) row.fill(numberOf(closure(targets)), low, borders[index + 1]);
    });
    rows.push(row);
  }
  const next = new Int32Array(256 * sets.length);
  rows.forEach((row, state) => {
    next.set(row, 256 * state);
  });
  const final = Uint8Array.from(sets, (set) => Number(set.includes(end)));
  return { states: sets.length, next, final };
}

function tooLarge(file: string): Error {
  return grammarError(
    file,
    `The grammar needs more than ${AUTOMATON_LIMITS.states} states. Use fewer counted repetitions, or smaller ones.`,
  );
}

/** The same with as few states as it can have (Hopcroft, 1971), in the order of the first state of each kind. */
function smallest(automaton: ByteAutomaton): ByteAutomaton {
  const { states, next, final } = automaton;
  const kinds = new Kinds([...final]);
  const before = differentBytes(automaton).map((byte) => origins(automaton, byte));
  // Where a kind was parted, the smaller half tells apart all that both would.
  const waiting = new Set(kinds.members.keys());
  for (const splitter of waiting) {
    waiting.delete(splitter);
    const targets = [...(kinds.members[splitter] ?? [])];
    for (const { begins, from } of before) {
      const hits = targets.flatMap((to) => [...from.subarray(begins[to], begins[to + 1])]);
      for (const [parted, made] of kinds.part(hits)) {
        const isSmaller = (kinds.members[made]?.size ?? 0) <= (kinds.members[parted]?.size ?? 0);
        waiting.add(waiting.has(parted) || isSmaller ? made : parted);
      }
    }
  }
  const numbers = new Map<number, number>();
  const numberOf = (state: number): number => {
    const kind = kinds.of[state] as number;
    const found = numbers.get(kind) ?? numbers.size;
    numbers.set(kind, found);
    return found;
  };
  const classes = Int32Array.from({ length: states }, (_, state) => numberOf(state));
  const table = new Int32Array(256 * numbers.size);
  const ends = new Uint8Array(numbers.size);
  classes.forEach((own, state) => {
    ends[own] = final[state] as number;
    const row = next.subarray(256 * state, 256 * state + 256);
    table.set(
      row.map((to) => (to === DEAD ? DEAD : (classes[to] as number))),
      256 * own,
    );
  });
  return { states: numbers.size, next: table, final: ends };
}

/** States by what is told apart of them so far. */
class Kinds {
  readonly members: Set<number>[] = [];
  /** The kind of each state. */
  readonly of: number[];

  constructor(of: number[]) {
    const words = [...new Set(of)];
    this.of = of.map((word) => words.indexOf(word));
    words.forEach(() => this.members.push(new Set()));
    this.of.forEach((kind, state) => this.members[kind]?.add(state));
  }

  /** Parts the kinds of which some states are among these and others are not. Gives each with the one that these become. */
  part(states: readonly number[]): [parted: number, made: number][] {
    const hits = new Map<number, Set<number>>();
    for (const state of states) {
      const kind = this.of[state] as number;
      const found = hits.get(kind) ?? new Set();
      hits.set(kind, found.add(state));
    }
    const parted: [number, number][] = [];
    for (const [kind, found] of hits) {
      const members = this.members[kind] as Set<number>;
      if (found.size === members.size) continue;
      const made = this.members.push(found) - 1;
      for (const state of found) {
        members.delete(state);
        this.of[state] = made;
      }
      parted.push([kind, made]);
    }
    return parted;
  }
}

/** The states from which a byte leads to each: `from[begins[to]]` to before `from[begins[to + 1]]`. */
function origins(
  { states, next }: ByteAutomaton,
  byte: number,
): { readonly begins: Int32Array; readonly from: Int32Array } {
  const begins = new Int32Array(states + 1);
  for (let state = 0; state < states; state++) {
    const to = next[256 * state + byte] as number;
    if (to !== DEAD) begins[to + 1] = (begins[to + 1] as number) + 1;
  }
  for (let to = 0; to < states; to++) begins[to + 1] = (begins[to + 1] as number) + (begins[to] as number);
  const from = new Int32Array(begins[states] as number);
  const at = begins.slice();
  for (let state = 0; state < states; state++) {
    const to = next[256 * state + byte] as number;
    if (to !== DEAD) from[(at[to] = (at[to] as number) + 1) - 1] = state;
  }
  return { begins, from };
}

/** One byte of each kind: bytes of a kind lead to the same place from everywhere. */
function differentBytes({ states, next }: ByteAutomaton): number[] {
  let kinds: number[] = new Array<number>(256).fill(0);
  for (let state = 0; state < states; state++) {
    const known = new Map<number, number>();
    kinds = kinds.map((kind, byte) => {
      const key = kind * (states + 1) + (next[256 * state + byte] as number) + 1;
      const found = known.get(key) ?? known.size;
      known.set(key, found);
      return found;
    });
  }
  return kinds.flatMap((kind, byte) => (kinds.indexOf(kind) === byte ? [byte] : []));
}
