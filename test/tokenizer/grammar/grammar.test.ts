/** Grammars: what their readers take, what the automaton over bytes accepts, and what that over tokens lets through. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FormatError } from '../../../src/shared/errors.js';
import { byteAutomaton, DEAD, utf8Ranges } from '../../../src/tokenizer/grammar/automaton.js';
import type { Grammar } from '../../../src/tokenizer/grammar/expression.js';
import { parseGbnf } from '../../../src/tokenizer/grammar/gbnf.js';
import { parseJsonSchema } from '../../../src/tokenizer/grammar/json-schema.js';
import { fuzz } from './grammar.fuzz.js';
import { grammarSection, tokenAutomaton } from '../../../src/tokenizer/grammar/token-automaton.js';

function accepts(grammar: Grammar): (text: string) => boolean {
  const { next, final } = byteAutomaton(grammar);
  return (text) => {
    let state = 0;
    for (const byte of new TextEncoder().encode(text)) {
      state = next[256 * state + byte] ?? DEAD;
      if (state === DEAD) return false;
    }
    return final[state] === 1;
  };
}

const gbnf = (source: string): ((text: string) => boolean) => accepts(parseGbnf(source, 'g'));
const schema = (value: unknown): ((text: string) => boolean) =>
  accepts(parseJsonSchema(JSON.stringify(value), 's'));

function assertAccepts(is: (text: string) => boolean, yes: readonly string[], no: readonly string[]): void {
  for (const text of yes) assert.ok(is(text), `accepts ${JSON.stringify(text)}`);
  for (const text of no) assert.ok(!is(text), `refuses ${JSON.stringify(text)}`);
}

describe('GBNF', () => {
  it('has texts, classes, choices, groups and repetitions', () => {
    assertAccepts(
      gbnf('root ::= "a" [b-d] ("x" | "yz")* [^0-9]? "!"{2,3}'),
      ['ab!!', 'acxyzx!!!', 'adé!!'],
      ['a!!', 'ab5!!', 'ab!', 'ab!!!!!'],
    );
    assertAccepts(
      gbnf('# first\nroot ::= one\n  | two # or\none ::= "1"\ntwo ::= (\n "2"\n )'),
      ['1', '2'],
      ['12', ''],
    );
    assertAccepts(
      gbnf('root ::= "\\x41\\u00e9\\n\\"" [\\]\\-^]'),
      ['Aé\n"]', 'Aé\n"-', 'Aé\n"^'],
      ['Aé\n"x'],
    );
    assertAccepts(gbnf('root ::= "" | "a"{0} "b"{2,} '), ['', 'bb', 'bbbb'], ['b', 'a']);
  });

  it('follows rules that come back to themselves at their end', () => {
    assertAccepts(gbnf('root ::= "a" root | "b"'), ['b', 'aab'], ['a', 'ba']);
    assertAccepts(
      gbnf('root ::= list\nlist ::= "x" more\nmore ::= "," list | ""'),
      ['x', 'x,x,x'],
      ['x,', ''],
    );
    assertAccepts(gbnf('root ::= root | "a"'), ['a'], ['', 'aa']);
  });

  it('become automata with no state twice, however long their texts are', () => {
    const { states } = byteAutomaton(parseGbnf('root ::= ("ab" | "cb"){0,1024}', 'g'));
    assert.equal(states, 2 * 1024 + 1);
  });

  const wrong: [string, RegExp][] = [
    ['', /no rule "root"/],
    ['root "a"', /"::="/],
    ['root ::= "a', /does not end on its line/],
    ['root ::= [a', /does not end on its line/],
    ['root ::= [z-a]', /backwards/],
    ['root ::= ("a"', /"\)" is missing/],
    ['root ::= "a"{3,2}', /least,most/],
    ['root ::= "a"{5000}', /least,most/],
    ['root ::= "a"\nroot ::= "b"', /twice/],
    ['root ::= other', /no rule "other"/],
    ['root ::= "\\q"', /no escape/],
    ['root ::= "\\ud800"', /hexadecimal/],
    ['root ::= "(" root ")" | "x"', /contains itself/],
    ['root ::= root "a" | "b"', /contains itself/],
    [`root ::= ${'('.repeat(1000)}`, /deep/],
    [`root ::= ((("a"{1000}){1000}){1000}){1000}`, /places/],
    [`root ::= ${'("a"|"b")*"a"'} ${'("a"|"b")'.repeat(14)}`, /states/],
    ['x'.repeat(70_000), /longer than 64 KB/],
  ];
  for (const [source, problem] of wrong) {
    it(`refuses ${JSON.stringify(source.slice(0, 40))}`, () => {
      assert.throws(
        () => gbnf(source),
        (error) => error instanceof FormatError && problem.test(error.message),
      );
    });
  }
});

describe('JSON schemas', () => {
  it('have objects whose properties come in order', () => {
    const is = schema({
      type: 'object',
      properties: {
        do: { enum: ['on', 'off'] },
        room: { type: 'string', maxLength: 5 },
        n: { type: 'integer' },
      },
      required: ['do'],
    });
    assertAccepts(
      is,
      [
        '{"do":"on"}',
        '{"do":"off","n":-12}',
        '{"do":"on","room":"hall"}',
        '{"do":"on","room":"\\u00e9é\\"","n":0}',
      ],
      [
        '{}',
        '{"n":1}',
        '{"n":1,"do":"on"}',
        '{"do":"on","room":"kitchen"}',
        '{"do":"on","n":01}',
        '{"do":"on",}',
        '{ "do":"on"}',
      ],
    );
    assertAccepts(schema({ type: 'object' }), ['{}'], ['{"a":1}']);
    const loose = schema({
      type: 'object',
      properties: { a: { const: 1 }, b: { const: 2 }, c: { const: 3 } },
    });
    assertAccepts(
      loose,
      ['{}', '{"a":1}', '{"b":2}', '{"a":1,"c":3}', '{"a":1,"b":2,"c":3}'],
      ['{"c":3,"a":1}', '{,"b":2}'],
    );
  });

  it('have arrays, numbers, fixed values and choices', () => {
    assertAccepts(
      schema({ type: 'array', items: { type: 'boolean' }, minItems: 1, maxItems: 2 }),
      ['[true]', '[true,false]'],
      ['[]', '[true,false,true]', '[true,]'],
    );
    assertAccepts(
      schema({ type: 'number' }),
      ['0', '-1.50', '12e+3', '1E-9'],
      ['01', '1.', '.5', '+1', '1e5', '--1'],
    );
    assertAccepts(
      schema({ anyOf: [{ const: null }, { type: ['integer', 'boolean'] }] }),
      ['null', '7', 'true'],
      ['"7"', 'nul'],
    );
    assertAccepts(schema({ const: { a: ['é', 1] } }), ['{"a":["é",1]}'], ['{"a":["é"]}']);
  });

  it('let through nothing that JSON.parse refuses', () => {
    const is = schema({ type: 'string' });
    for (let code = 0; code < 0x200; code++) {
      const text = `"${String.fromCodePoint(code)}"`;
      let isJson = true;
      try {
        JSON.parse(text);
      } catch {
        isJson = false;
      }
      assert.equal(is(text), isJson, JSON.stringify(text));
    }
  });

  for (const [value, problem] of [
    [[], /not an object/],
    [{}, /needs a type/],
    [{ type: 'string', pattern: 'a' }, /pattern is not supported/],
    [{ type: 'object', properties: {}, required: ['a'] }, /no property/],
    [{ type: 'object', additionalProperties: true }, /can only be false/],
    [{ type: 'array', items: {}, maxItems: 2000 }, /whole number/],
    [{ enum: [] }, /something in it/],
    [{ type: 'array' }, /items is not an object/],
  ] as const) {
    it(`refuse ${JSON.stringify(value).slice(0, 50)}`, () => {
      assert.throws(() => schema(value), problem);
    });
  }
});

describe('characters as bytes', () => {
  it('are those of the encoder, for every range', () => {
    const random = generator(5);
    for (let round = 0; round < 300; round++) {
      const [a, b] = [Math.floor(random() * 0x1100) * 0x100 + round, Math.floor(random() * 0x11000) * 16];
      const [first, last] = [Math.min(a, b, 0x10ffff), Math.min(Math.max(a, b), 0x10ffff)];
      const ranges = utf8Ranges(first, last);
      for (const point of [first - 1, first, Math.floor((first + last) / 2), last, last + 1]) {
        if (point < 0 || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) continue;
        const bytes = new TextEncoder().encode(String.fromCodePoint(point));
        const found = ranges.some(
          (range) =>
            range.length === bytes.length &&
            range.every(([low, high], index) => low <= (bytes[index] ?? -1) && (bytes[index] ?? -1) <= high),
        );
        assert.equal(found, point >= first && point <= last, `${point} of ${first} to ${last}`);
      }
    }
  });
});

describe('tokens', () => {
  const bytes = (texts: readonly (string | null)[]): (Uint8Array | null)[] =>
    texts.map((text) => (text === null ? null : new TextEncoder().encode(text)));

  it('may lie across borders of the grammar, and lead nowhere that has no end', () => {
    const automaton = byteAutomaton(parseGbnf('root ::= "ab" "cd" | "abx"', 'g'));
    const { states } = tokenAutomaton(
      automaton,
      bytes([null, 'a', 'ab', 'bc', 'd', 'abc', 'z', 'b', '']),
      'g',
    );
    // "x" cannot be written, so what only it could follow is not there; neither are the empty token and the special one.
    assert.deepEqual([...(states[0]?.next.keys() ?? [])].sort(), [1, 5]);
    const reached = new Set<string>();
    const walk = (state: number, text: readonly number[]): void => {
      if (states[state]?.isFinal === true) reached.add(text.join());
      for (const [id, to] of states[state]?.next ?? []) walk(to, [...text, id]);
    };
    walk(0, []);
    assert.deepEqual([...reached].sort(), ['1,3,4', '5,4']);
  });

  it('must be able to write something', () => {
    const automaton = byteAutomaton(parseGbnf('root ::= "ab"', 'g'));
    assert.throws(() => tokenAutomaton(automaton, bytes(['a', 'c']), 'g'), /No text of the grammar/);
  });

  it('are kept as bits where most lead to one place', () => {
    const letters = Array.from({ length: 640 }, (_, index) => String.fromCodePoint(0x100 + index));
    const automaton = byteAutomaton(parseGbnf('root ::= "<" [^<>]* ">"', 'g'));
    const section = grammarSection(tokenAutomaton(automaton, bytes(['<', '>', ...letters]), 'g'), 'g');
    const view = new DataView(section.buffer);
    const [states, vocabSize, arcs, masks] = [
      view.getUint16(2, true),
      view.getUint32(4, true),
      view.getUint32(8, true),
      view.getUint32(12, true),
    ];
    assert.deepEqual([states, vocabSize, arcs, masks], [3, 642, 2, 1]);
    assert.equal(section.length, 32 + 16 * 3 + 4 * 2 + 2 * 2 + 4 * 21);
  });
});

describe('grammars with mistakes', () => {
  it('are refused before repetitions inside repetitions take long', () => {
    const grammar = parseGbnf('root ::= ( "a" | | [\\x00-\\U0010ffff] ){3}{0,1024}', 'g');
    assert.throws(() => byteAutomaton(grammar), /^FormatError: g: Repetitions inside repetitions/);
  });

  it('are compiled soundly or refused', async (context) => {
    const { accepted, refused, slowest } = await fuzz(1500, 1);
    context.diagnostic(`${accepted} accepted, ${refused} refused, ${slowest} ms at most`);
    assert.ok(accepted > 30 && refused > 100);
  });
});

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
