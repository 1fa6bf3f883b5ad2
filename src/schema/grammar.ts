/**
 * The section GRAM as data: what a model may say, as an automaton over its tokens. docs/grammars.md explains it; the engine's
 * `grammar_format.h` is generated from here (`npm run schema`).
 */
import type { Layout } from './console.js';

export const GRAMMAR_VERSION = 1;

export const GRAMMAR_SECTION_LIMITS = {
  /** States are numbers of 16 bits. */
  states: 16_384,
  /** Tokens that single states allow, all together. */
  arcs: 1_000_000,
  /** Sets of tokens that lead to the same state. */
  masks: 4096,
  /** All of it: a quarter of the smallest flash. */
  bytes: 1_048_576,
} as const;

/** "None" in states and masks. */
export const NO_STATE = 0xffff;

/**
 * `least`: fewest tokens to a state where a text may end. States; ids of arcs, ascending within a state; where they lead; masks, a bit a token. Each table begins at
 * a multiple of 4.
 */
export const GRAMMAR = {
  header: {
    version: 'u16',
    states: 'u16',
    vocabSize: 'u32',
    arcs: 'u32',
    masks: 'u32',
    zeros: 'u64',
    zerosMore: 'u64',
  },
  state: { firstArc: 'u32', arcs: 'u32', mask: 'u16', maskTo: 'u16', final: 'u8', zero: 'u8', least: 'u16' },
} as const satisfies Readonly<Record<string, Layout>>;
