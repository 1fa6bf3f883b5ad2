/** Action cards: what is read, and that everything else is refused by its place. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { actionCard, readActionCard, type ActionCard } from '../../src/input/action-card.js';
import { memoryFolder } from '../../src/source/memory-folder.js';
import { FormatError } from '../../src/shared/errors.js';

const HOME = readFileSync(new URL('../../models/home-commands/actions.json', import.meta.url), 'utf8');

const CARD = {
  version: 1,
  keys: ['do', 'dev'],
  rules: [{ when: { do: ['on', 'off'], dev: 'lamp' }, effect: { part: 'lamp', set: 'on', pin: 3 } }],
  say: { en: { sentence: ['{dev}', ': {do}'], words: { dev: { lamp: 'Lamp' } } } },
};

test('the card of the sample knows every action of its held-out answers', async () => {
  const card = await readActionCard(memoryFolder('m', { 'actions.json': new TextEncoder().encode(HOME) }));
  assert.ok(card);
  assert.deepEqual(Object.keys(card.say), ['en', 'es', 'zh-Hans']);
  const values = new Map<string, Set<string>>();
  for (const line of readFileSync(
    new URL('../../models/home-commands/heldout.jsonl', import.meta.url),
    'utf8',
  ).split('\n')) {
    for (const [, key = '', value = ''] of line.matchAll(/\\"(do|dev|room)\\":\s*\\"([^"\\]+)\\"/g))
      values.set(key, (values.get(key) ?? new Set()).add(value));
  }
  assert.ok((values.get('dev')?.size ?? 0) > 10);
  for (const [key, found] of values)
    for (const value of found)
      for (const [language, { words }] of Object.entries(card.say))
        assert.ok(Object.hasOwn(words[key] ?? {}, value), `${language}: ${key} ${value}`);
});

test('no folder needs one, and what others add to an effect is left to them', async () => {
  assert.equal(await readActionCard(memoryFolder('m', {})), null);
  const { rules } = actionCard(CARD);
  assert.deepEqual(rules[0], {
    when: { do: ['on', 'off'], dev: ['lamp'] },
    effect: { parts: ['lamp'], change: 'on', from: null },
  });
});

const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `k${index}`);

const BROKEN: readonly (readonly [string, (card: Record<string, unknown>) => unknown, RegExp])[] = [
  ['no object', () => [], /the card is not an object/],
  ['another version', (card) => ({ ...card, version: 2 }), /version is not the number 1/],
  ['a key of ours misspelt', (card) => ({ ...card, rule: [] }), /the keys version, keys/],
  ['too many keys', (card) => ({ ...card, keys: many(17) }), /keys is not a list of at most 16/],
  ['a key twice', (card) => ({ ...card, keys: ['do', 'do'] }), /all different/],
  ['a place that is no key', (card) => ({ ...card, place: 'room' }), /place is not one of do, dev/],
  ['no rules', (card) => ({ ...card, rules: null }), /rules is not a list/],
  ['a rule on no key', (card) => ({ ...card, rules: [{ when: { x: 'y' } }] }), /rules\[0\]\.when/],
  [
    'an unknown part',
    (card) => ({ ...card, rules: [{ when: {}, effect: { part: 'oven', set: 'on' } }] }),
    /part is not one of lamp/,
  ],
  [
    'an unknown change',
    (card) => ({ ...card, rules: [{ when: {}, effect: { part: 'lamp', set: 'x' } }] }),
    /set is not one of on/,
  ],
  [
    'a value from nowhere',
    (card) => ({ ...card, rules: [{ when: {}, effect: { part: 'lamp', set: 'value' } }] }),
    /from is not one of/,
  ],
  [
    'a sentence on no key',
    (card) => ({ ...card, say: { en: { sentence: ['{room}'] } } }),
    /sentence\[0\] is not one of/,
  ],
  [
    'a text without end',
    (card) => ({ ...card, say: { en: { sentence: ['x'.repeat(121)] } } }),
    /at most 120 characters/,
  ],
];

for (const [name, change, problem] of BROKEN) {
  test(`refused: ${name}`, () => {
    assert.throws(
      () => actionCard(change({ ...CARD })),
      (error: unknown) =>
        error instanceof FormatError && problem.test(error.message) && /actions\.md/.test(error.message),
    );
  });
}

test('names that objects have by themselves are words like others', () => {
  const card: ActionCard = actionCard(
    JSON.parse(
      '{"version":1,"keys":["__proto__","constructor"],"rules":[{"when":{"__proto__":"a"}}],"say":{}}',
    ),
  );
  assert.deepEqual(Object.keys(card.rules[0]?.when ?? {}), ['__proto__']);
});

test('what is no JSON, and what is too large, is refused', async () => {
  const read = (text: string): Promise<unknown> =>
    readActionCard(memoryFolder('m', { 'actions.json': new TextEncoder().encode(text) }));
  await assert.rejects(read('{'), /valid JSON/);
  await assert.rejects(read(`{"a":"${'x'.repeat(70_000)}"}`), /at most 65536/);
});
