/** An automaton over bytes as one over the tokens of a vocabulary, and the section GRAM that holds it. */
import { GRAMMAR, GRAMMAR_SECTION_LIMITS, GRAMMAR_VERSION, NO_STATE } from '../../schema/grammar.js';
import { layoutBytes, writeLayout } from '../../schema/console.js';
import { DEAD, type ByteAutomaton } from './automaton.js';
import { grammarError } from './expression.js';

/** Steps of walking the vocabulary from all states. */
const MOST_STEPS = 60_000_000;

/** Bytes that an arc takes. */
const ARC_BYTES = 6;

export interface TokenAutomaton {
  readonly states: readonly TokenState[];
  readonly vocabSize: number;
}

interface TokenState {
  /** A text may end here. */
  readonly isFinal: boolean;
  /** Where each token that is allowed leads. */
  readonly next: ReadonlyMap<number, number>;
}

/** A node of the vocabulary as a tree of bytes. */
interface Node {
  readonly children: Map<number, Node>;
  readonly ids: number[];
}

/**
 * Follows every token from every state that a text of tokens can reach. States from which no text can be ended are left out.
 * @param tokens what each id adds to a text; `null` for those that may not occur
 * @throws FormatError when no text of the grammar can be written with these tokens, or it is too large
 */
export function tokenAutomaton(
  automaton: ByteAutomaton,
  tokens: readonly (Uint8Array | null)[],
  file: string,
): TokenAutomaton {
  const root = tree(tokens);
  const numbers = new Map([[0, 0]]);
  const order = [0];
  const arcs: Map<number, number>[] = [];
  let steps = 0;
  let total = 0;
  for (const state of order) {
    const found = new Map<number, number>();
    const walk: (readonly [node: Node, at: number])[] = [[root, state]];
    for (let next = walk.pop(); next !== undefined; next = walk.pop()) {
      const [node, at] = next;
      steps += 1 + node.children.size;
      if (steps > MOST_STEPS) throw tooLarge(file);
      for (const id of node.ids) found.set(id, at);
      for (const [byte, child] of node.children) {
        const to = automaton.next[256 * at + byte] as number;
        if (to !== DEAD) walk.push([child, to]);
      }
    }
    total += found.size;
    // A set of most of the vocabulary is kept as bits; what remains then is small.
    if (total > 64 * GRAMMAR_SECTION_LIMITS.arcs) throw tooLarge(file);
    for (const to of found.values())
      if (!numbers.has(to)) {
        numbers.set(to, order.length);
        order.push(to);
      }
    arcs.push(found);
  }
  const isFinal = order.map((state) => automaton.final[state] === 1);
  const led = arcs.map((found) => new Map([...found].map(([id, to]) => [id, numbers.get(to) as number])));
  return ending(led, isFinal, tokens.length, file);
}

function tree(tokens: readonly (Uint8Array | null)[]): Node {
  const root: Node = { children: new Map(), ids: [] };
  tokens.forEach((bytes, id) => {
    if (bytes === null || bytes.length === 0) return;
    let node = root;
    for (const byte of bytes) {
      let child = node.children.get(byte);
      if (child === undefined) node.children.set(byte, (child = { children: new Map(), ids: [] }));
      node = child;
    }
    node.ids.push(id);
  });
  return root;
}

/** Without what leads nowhere. */
function ending(
  arcs: readonly ReadonlyMap<number, number>[],
  isFinal: readonly boolean[],
  vocabSize: number,
  file: string,
): TokenAutomaton {
  const before: number[][] = arcs.map(() => []);
  arcs.forEach((found, state) => {
    for (const to of new Set(found.values())) before[to]?.push(state);
  });
  const ends = new Set(isFinal.flatMap((final, state) => (final ? [state] : [])));
  for (const state of ends) for (const earlier of before[state] ?? []) ends.add(earlier);
  if (!ends.has(0))
    throw grammarError(file, 'No text of the grammar can be written with the tokens of this model.');
  const kept = [...arcs.keys()].filter((state) => ends.has(state));
  const numbers = new Map(kept.map((state, index) => [state, index]));
  if (kept.length > GRAMMAR_SECTION_LIMITS.states) throw tooLarge(file);
  return {
    vocabSize,
    states: kept.map((state) => ({
      isFinal: isFinal[state] === true,
      next: new Map(
        [...(arcs[state] as ReadonlyMap<number, number>)].flatMap(([id, to]) => {
          const number = numbers.get(to);
          return number === undefined ? [] : [[id, number] as const];
        }),
      ),
    })),
  };
}

/** @throws FormatError when it is too large for a board */
export function grammarSection({ states, vocabSize }: TokenAutomaton, file: string): Uint8Array {
  const words = Math.ceil(vocabSize / 32);
  const masks: Uint32Array[] = [];
  const known = new Map<string, number>();
  const arcs: (readonly [id: number, to: number])[] = [];
  const least = distances(states, file);
  const records = states.map(({ isFinal, next }, index) => {
    const sorted = [...next].sort(([a], [b]) => a - b);
    const most = commonest(sorted);
    const isMasked = most !== null && most.count * ARC_BYTES > 4 * words;
    const firstArc = arcs.length;
    let mask = NO_STATE;
    if (isMasked) {
      const bits = new Uint32Array(words);
      for (const [id, to] of sorted)
        if (to === most.to) bits[id >>> 5] = (bits[id >>> 5] as number) | (1 << (id & 31));
      const key = bits.join();
      mask = known.get(key) ?? masks.push(bits) - 1;
      known.set(key, mask);
    }
    arcs.push(...sorted.filter(([, to]) => !isMasked || to !== most.to));
    return {
      firstArc,
      arcs: arcs.length - firstArc,
      mask,
      maskTo: isMasked ? most.to : NO_STATE,
      final: Number(isFinal),
      zero: 0,
      least: least[index] as number,
    };
  });
  const header = layoutBytes(GRAMMAR.header);
  const record = layoutBytes(GRAMMAR.state);
  const idsAt = header + record * states.length;
  const nextAt = idsAt + 4 * arcs.length;
  const masksAt = nextAt + 2 * (arcs.length + (arcs.length % 2));
  const length = masksAt + 4 * words * masks.length;
  const { masks: mostMasks, arcs: mostArcs, bytes: mostBytes } = GRAMMAR_SECTION_LIMITS;
  if (arcs.length > mostArcs || masks.length > mostMasks || length > mostBytes) throw tooLarge(file);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  bytes.set(
    writeLayout(GRAMMAR.header, {
      version: GRAMMAR_VERSION,
      states: states.length,
      vocabSize,
      arcs: arcs.length,
      masks: masks.length,
      zeros: 0n,
      zerosMore: 0n,
    }),
  );
  records.forEach((values, index) => {
    bytes.set(writeLayout(GRAMMAR.state, values), header + record * index);
  });
  arcs.forEach(([id, to], index) => {
    view.setUint32(idsAt + 4 * index, id, true);
    view.setUint16(nextAt + 2 * index, to, true);
  });
  masks.forEach((bits, index) => {
    bits.forEach((word, at) => {
      view.setUint32(masksAt + 4 * (words * index + at), word, true);
    });
  });
  return bytes;
}

/** Fewest tokens from each state to one where a text may end. */
function distances(states: readonly TokenState[], file: string): number[] {
  const before: number[][] = states.map(() => []);
  states.forEach(({ next }, state) => {
    for (const to of new Set(next.values())) before[to]?.push(state);
  });
  const least: number[] = states.map(({ isFinal }) => (isFinal ? 0 : -1));
  const order = states.flatMap(({ isFinal }, state) => (isFinal ? [state] : []));
  for (const state of order)
    for (const earlier of before[state] ?? []) {
      if (least[earlier] !== -1) continue;
      least[earlier] = (least[state] as number) + 1;
      order.push(earlier);
    }
  if (least.some((distance) => distance >= NO_STATE)) throw tooLarge(file);
  return least;
}

/** The state that most tokens lead to. */
function commonest(arcs: readonly (readonly [number, number])[]): { to: number; count: number } | null {
  const counts = new Map<number, number>();
  for (const [, to] of arcs) counts.set(to, (counts.get(to) ?? 0) + 1);
  let best: { to: number; count: number } | null = null;
  for (const [to, count] of counts) if (best === null || count > best.count) best = { to, count };
  return best;
}

function tooLarge(file: string): Error {
  return grammarError(
    file,
    'With the vocabulary of this model the grammar takes more than a board has for it. Allow less, or cut the vocabulary.',
  );
}
