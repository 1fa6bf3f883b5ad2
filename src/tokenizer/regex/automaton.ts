/**
 * Expression to automaton. The states are lists of threads in the order in which backtracking would try them, so that the
 * first match in this order is found, as by a backtracking engine (R. Cox, "Regular Expression Matching: the Virtual Machine
 * Approach"). A step knows the character that it takes, so a condition on the next character is decided there, and a match
 * is noted by the step behind its end.
 */
import type { CharacterSet } from './character-set.js';
import { makeAlphabet } from './alphabet.js';
import type { Alphabet } from './alphabet.js';
import { ExpressionError } from './expression.js';
import type { Expression } from './expression.js';

/** Nodes of the expression's graph, states, and steps of threads: they bound the work. Published expressions have 70 states. */
const MAX_NODES = 20000;
const MAX_STATES = 1500;
const MAX_WORK = 3_000_000;
/** Rounds of joining states; a longer chain of states stays as it is. */
const MAX_ROUNDS = 200;

/** The outcome of a step. */
export interface Step {
  /** The next state; 0 is the one that nothing leaves. */
  readonly state: number;
  /** A match ends before the character that the step takes. */
  readonly match: boolean;
}

export interface Automaton {
  readonly alphabet: Alphabet;
  /** By state and symbol; the last step of a state is taken at the end of the text. State 1 is the first. */
  readonly steps: readonly (readonly Step[])[];
}

type Node =
  | { readonly type: 'set'; readonly set: number; readonly to: number }
  | { readonly type: 'next'; readonly set: number; readonly end: boolean; readonly to: number }
  /** Tried in order. */
  | { readonly type: 'fork'; to: readonly number[] }
  | { readonly type: 'match' };

/** The graph of an expression; node 0 is the match. */
class Graph {
  readonly nodes: Node[] = [{ type: 'match' }];
  readonly sets: CharacterSet[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #known = new Map<CharacterSet, number>();

  /** Adds an expression that goes on at `to`; returns where it begins. */
  add(expression: Expression, to: number): number {
    switch (expression.type) {
      case 'set':
        return this.#node({ type: 'set', set: this.#set(expression.set), to });
      case 'next':
        return this.#node({ type: 'next', set: this.#set(expression.set), end: expression.end, to });
      case 'sequence':
        return expression.parts.reduceRight((next, part) => this.add(part, next), to);
      case 'choice':
        return this.#node({ type: 'fork', to: expression.parts.map((part) => this.add(part, to)) });
      case 'repeat':
        return this.#repeat(expression, to);
    }
  }

  #repeat({ of, least, most, lazy }: Expression & { type: 'repeat' }, to: number): number {
    const ordered = (again: number): number[] => (lazy ? [to, again] : [again, to]);
    let at = to;
    if (most === Infinity) {
      const loop: Node & { type: 'fork' } = { type: 'fork', to: [] };
      at = this.#node(loop);
      loop.to = ordered(this.add(of, at));
    } else {
      for (let copy = least; copy < most; copy++)
        at = this.#node({ type: 'fork', to: ordered(this.add(of, at)) });
    }
    for (let copy = 0; copy < least; copy++) at = this.add(of, at);
    return at;
  }

  #node(node: Node): number {
    if (this.nodes.length >= MAX_NODES) throw new ExpressionError('it is too long');
    return this.nodes.push(node) - 1;
  }

  #set(set: CharacterSet): number {
    const known = this.#known.get(set);
    if (known !== undefined) return known;
    const key = JSON.stringify(set, (_, value: unknown) => (value instanceof Set ? [...value] : value));
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.sets.push(set) - 1;
      this.#numbers.set(key, number);
    }
    this.#known.set(set, number);
    return number;
  }
}

/** @throws ExpressionError when the automaton gets too large */
export function makeAutomaton(expression: Expression): Automaton {
  const graph = new Graph();
  const start = graph.add(expression, 0);
  const alphabet = makeAlphabet(graph.sets);
  const lists: (readonly number[])[] = [[], [start]];
  const known = new Map<string, number>([
    ['', 0],
    [String(start), 1],
  ]);
  const steps: Step[][] = [];
  let work = 0;
  for (let state = 0; state < lists.length; state++) {
    const row: Step[] = [];
    for (let symbol = 0; symbol <= alphabet.size; symbol++) {
      const { next, match, taken } = advance(graph, alphabet, lists[state] ?? [], symbol);
      work += taken;
      if (work > MAX_WORK) throw new ExpressionError('it takes too long to compile');
      const key = next.join(' ');
      let number = known.get(key);
      if (number === undefined) {
        number = lists.push(next) - 1;
        known.set(key, number);
        if (number >= MAX_STATES) throw new ExpressionError(`more than ${MAX_STATES} states`);
      }
      row.push({ state: number, match });
    }
    steps.push(row);
  }
  return { alphabet, steps: smallest(withoutDeadEnds(steps)) };
}

/** One step of all threads; the symbol behind the last stands for the end of the text. */
function advance(
  graph: Graph,
  alphabet: Alphabet,
  threads: readonly number[],
  symbol: number,
): { next: number[]; match: boolean; taken: number } {
  const atEnd = symbol === alphabet.size;
  const seen = new Set<number>();
  const next = new Set<number>();
  const stack = [...threads].reverse();
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const node = graph.nodes[at] as Node;
    if (node.type === 'match') return { next: [...next], match: true, taken: seen.size }; // threads behind it are never tried
    if (node.type === 'fork') stack.push(...[...node.to].reverse());
    else if (node.type === 'set') {
      if (!atEnd && alphabet.has(node.set, symbol)) next.add(node.to);
    } else if (atEnd ? node.end : alphabet.has(node.set, symbol)) stack.push(node.to);
  }
  return { next: [...next], match: false, taken: seen.size + 1 };
}

/** The same automaton with every state from which no match can be reached as the dead one. */
function withoutDeadEnds(steps: readonly (readonly Step[])[]): readonly (readonly Step[])[] {
  const before: number[][] = steps.map(() => []);
  const live = new Set<number>();
  steps.forEach((row, state) => {
    for (const step of row) before[step.state]?.push(state);
    if (row.some((step) => step.match)) live.add(state);
  });
  for (const state of live) for (const from of before[state] ?? []) live.add(from); // grows while it is walked
  return steps.map((row) => row.map((step) => (live.has(step.state) ? step : { ...step, state: 0 })));
}

/** The same automaton with as few states as possible (E. F. Moore); state 0 stays the dead one and 1 the first. */
function smallest(steps: readonly (readonly Step[])[]): Step[][] {
  let groups = steps.map(() => 0);
  for (let count = 1, round = 0; ; round++) {
    if (round === MAX_ROUNDS) return steps.map((row) => [...row]);
    const numbers = new Map<string, number>();
    const refined = steps.map((row, state) => {
      const key = `${groups[state]}|${row.map((step) => `${groups[step.state]}${step.match ? 'm' : ''}`).join(' ')}`;
      const number = numbers.get(key) ?? numbers.size;
      numbers.set(key, number);
      return number;
    });
    groups = refined;
    if (numbers.size === count) break;
    count = numbers.size;
  }
  // Groups are numbered by their first state: the dead state's is 0, and the first state's 1 unless it is dead too.
  const result: Step[][] = [];
  steps.forEach((row, state) => {
    result[groups[state] as number] ??= row.map(({ state: to, match }) => ({
      state: groups[to] as number,
      match,
    }));
  });
  return result;
}
