/** Grammars with mistakes: each is compiled or refused with a sentence, and what is compiled leads from everywhere to an end. */
import { readFileSync } from 'node:fs';
import { FormatError } from '../../../src/shared/errors.js';
import { AUTOMATON_LIMITS, byteAutomaton } from '../../../src/tokenizer/grammar/automaton.js';
import { parseGbnf } from '../../../src/tokenizer/grammar/gbnf.js';
import { parseJsonSchema } from '../../../src/tokenizer/grammar/json-schema.js';
import { grammarSection, tokenAutomaton } from '../../../src/tokenizer/grammar/token-automaton.js';
import { Random, type FuzzResult } from '../../support/fuzzing.js';

const SAMPLE = readFileSync(new URL('../../../models/home-commands/grammar.gbnf', import.meta.url), 'utf8');

const GBNF = [
  SAMPLE,
  'root ::= "a" [b-d] ("x" | "yz")* [^0-9]? "!"{2,3}',
  'root ::= item ("," item){0,4}\nitem ::= [a-z]+ | "\\"" .* "\\""',
  'root ::= list\nlist ::= "x" more\nmore ::= "," list | ""',
  'root ::= ( "\\u00e9" | [\\x00-\\U0010ffff] ){3} # end\n',
];
const SCHEMAS = [
  '{"type":"object","properties":{"do":{"enum":["on","off"]},"n":{"type":"integer"}},"required":["do"]}',
  '{"anyOf":[{"const":null},{"type":["integer","boolean"]},{"type":"array","items":{"type":"string","maxLength":4},"maxItems":3}]}',
  '{"type":"object","properties":{"a":{"type":"number"},"b":{"type":"object","properties":{"c":{"const":[1,{"d":2}]}}}}}',
];
const PIECES = [
  '"',
  '[',
  ']',
  '(',
  ')',
  '|',
  '*',
  '+',
  '?',
  '{',
  '}',
  '{0,1024}',
  '{3}',
  '::=',
  'root',
  '\\',
  '\\x',
  '-',
  '^',
  '#',
  '\n',
  ',',
  ':',
  'é',
  '\u0000',
  '\ud800',
  '9',
  'true',
  'null',
  '"type"',
  '"enum"',
  '[]',
  '{}',
];

/** Bytes of a small vocabulary: letters, some pairs, JSON's marks, a byte of a character. */
const TOKENS: readonly (Uint8Array | null)[] = [
  null,
  ...[...'abcdefghijklmnopqrstuvwxyz0123456789"{}[],:.!-\\ '].map((letter) =>
    new TextEncoder().encode(letter),
  ),
  ...['on', '{"', '":', 'do"', 'true', 'null', 'xy'].map((word) => new TextEncoder().encode(word)),
  Uint8Array.of(0xc3),
  Uint8Array.of(0xa9),
];

/** Milliseconds of processor time that one grammar may take. */
const PATIENCE = 4_000;

function mutated(text: string, random: Random): string {
  let result = text;
  for (let count = 1 + random.below(4); count > 0; count--) {
    const at = random.below(result.length + 1);
    const length = random.below(4) === 0 ? random.below(result.length + 1) : random.below(3);
    const piece =
      random.below(3) === 0
        ? result.slice(random.below(result.length + 1)).slice(0, random.below(40))
        : random.pick(PIECES);
    result = result.slice(0, at) + piece + result.slice(at + (random.below(2) === 0 ? length : 0));
  }
  return result.slice(0, 20_000);
}

/** @throws Error naming the mutation for what is neither compiled soundly nor refused */
export function fuzz(iterations: number, seed: number): Promise<FuzzResult> {
  const random = new Random(seed);
  let [accepted, refused, slowest] = [0, 0, 0];
  for (let number = 0; number < iterations; number++) {
    const isSchema = random.below(2) === 0;
    const text = mutated(random.pick(isSchema ? SCHEMAS : GBNF), random);
    const began = process.cpuUsage();
    try {
      const grammar = isSchema ? parseJsonSchema(text, 'g') : parseGbnf(text, 'g');
      const automaton = byteAutomaton(grammar);
      if (automaton.states > AUTOMATON_LIMITS.states) throw new Error('too many states');
      checkSection(grammarSection(tokenAutomaton(automaton, TOKENS, 'g'), 'g'));
      accepted += 1;
    } catch (error) {
      if (!(error instanceof FormatError)) {
        throw new Error(`mutation ${number} of seed ${seed}: ${JSON.stringify(text.slice(0, 400))}`, {
          cause: error,
        });
      }
      refused += 1;
    }
    const { user, system } = process.cpuUsage(began);
    const took = (user + system) / 1000;
    if (took > PATIENCE) throw new Error(`mutation ${number} of seed ${seed} took ${took} ms`);
    slowest = Math.max(slowest, took);
  }
  return Promise.resolve({ iterations, accepted, refused, slowest: Math.round(slowest) });
}

/** What docs/grammars.md says of a section; its reader shares nothing with the writer. */
export function checkSection(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [states, arcs, masks] = [view.getUint16(2, true), view.getUint32(8, true), view.getUint32(12, true)];
  const words = Math.ceil(TOKENS.length / 32);
  const idsAt = 32 + 16 * states;
  const nextAt = idsAt + 4 * arcs;
  const masksAt = nextAt + 2 * (arcs + (arcs & 1));
  const check = (fine: boolean, what: string): void => {
    if (!fine) throw new Error(`the section has ${what}`);
  };
  check(
    view.getUint32(4, true) === TOKENS.length && masksAt + 4 * words * masks === bytes.length,
    'another length',
  );
  const least = (state: number): number => view.getUint16(32 + 16 * state + 14, true);
  for (let state = 0; state < states; state++) {
    const at = 32 + 16 * state;
    const [first, count, mask, maskTo] = [
      view.getUint32(at, true),
      view.getUint32(at + 4, true),
      view.getUint16(at + 8, true),
      view.getUint16(at + 10, true),
    ];
    const targets: number[] = mask === 0xffff ? [] : [maskTo];
    for (let arc = first; arc < first + count; arc++) {
      check(
        arc === first || view.getUint32(idsAt + 4 * arc, true) > view.getUint32(idsAt + 4 * (arc - 1), true),
        'ids out of order',
      );
      check(view.getUint32(idsAt + 4 * arc, true) < TOKENS.length, 'an id that there is not');
      targets.push(view.getUint16(nextAt + 2 * arc, true));
    }
    check(
      targets.every((to) => to < states),
      'a state that there is not',
    );
    const isFinal = view.getUint8(at + 12) === 1;
    check(least(state) === (isFinal ? 0 : 1 + Math.min(...targets.map(least))), 'a state without an end');
  }
}
