/** What answers mean: sentences in each language, and the home that follows them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readAnswer, sentenceOf } from '../../../src/element/home/answer.js';
import { homeAfter } from '../../../src/element/home/home-state.js';
import { actionCard } from '../../../src/input/action-card.js';

const card = actionCard(
  JSON.parse(readFileSync(new URL('../../../models/home-commands/actions.json', import.meta.url), 'utf8')),
);

const SENTENCES: readonly (readonly [string, string, string, string])[] = [
  [
    '{"do":"set","dev":"lamp","room":"study","val":"-10%"}',
    'Lamp in the study: −10 %',
    'Lámpara en el estudio: −10 %',
    '书房灯：−10%',
  ],
  [
    '{"do":"set","dev":"heater","room":"living room","val":"21C"}',
    'Heater in the living room: 21 °C',
    'Calefacción en la sala: 21 °C',
    '客厅暖气：21°C',
  ],
  [
    '{"do":"get","dev":"door","room":"garage"}',
    'Door in the garage: how is it?',
    'Puerta en el garaje: ¿cómo está?',
    '车库门：状态如何？',
  ],
  [
    '{"do":"off","dev":"lamp","room":"all","in":"15m"}',
    'Lamp everywhere: off, in 15 min',
    'Lámpara en toda la casa: apagar, dentro de 15 min',
    '全屋灯：关闭，15 分钟后',
  ],
  ['{"do":"set","dev":"tv","val":"ch5"}', 'TV: channel 5', 'Televisor: canal 5', '电视：5 频道'],
  [
    '{"do":"set","dev":"lamp","room":"hall","val":"warm"}',
    'Lamp in the hall: warm white',
    'Lámpara en el pasillo: blanco cálido',
    '走廊灯：暖白',
  ],
  ['{"do":"unknown"}', 'The home cannot do that', 'La casa no puede hacer eso', '这个家做不到'],
];

for (const [text, ...said] of SENTENCES) {
  test(`said in three languages: ${text}`, () => {
    const answer = readAnswer(card, text);
    assert.ok(answer);
    assert.deepEqual(
      ['en', 'es', 'zh-Hans'].map((language) => sentenceOf(card, answer, language)),
      said,
    );
  });
}

test('a language that the card does not speak gets English, and words that it does not know stay as they are', () => {
  const answer = readAnswer(card, '{"do":"on","dev":"toString"}');
  assert.ok(answer);
  assert.equal(sentenceOf(card, answer, 'de'), 'toString: on');
});

test('what is no action is shown as it is', () => {
  for (const text of [
    'I am your home.',
    '{"do":"on"',
    '{}',
    '[]',
    '{"do":1}',
    '{"other":"on"}',
    'null',
    `{"do":"${'x'.repeat(600)}"}`,
  ])
    assert.equal(readAnswer(card, text), null, text.slice(0, 40));
});

const home = (...texts: string[]): ReturnType<typeof homeAfter> =>
  homeAfter(
    card,
    texts.map((text) => readAnswer(card, text)),
  );

test('the home follows the answers, each room for itself', () => {
  const lamp = (...texts: string[]): unknown => home(...texts)?.parts.get('lamp');
  const on = '{"do":"on","dev":"lamp","room":"study"}';
  assert.deepEqual(lamp(on), { on: true, level: 100, value: null, locked: false });
  const dimmed = '{"do":"set","dev":"lamp","room":"study","val":"-20%"}';
  assert.deepEqual(lamp(on, dimmed, dimmed), { on: true, level: 60, value: null, locked: false });
  assert.deepEqual(lamp(on, '{"do":"off","dev":"fan","room":"hall"}'), undefined);
  assert.deepEqual(lamp(on, '{"do":"set","dev":"lamp","room":"study","val":"red"}'), {
    on: true,
    level: 100,
    value: 'red',
    locked: false,
  });
  assert.equal(home('Hello!'), null);
});

test('nothing goes beyond its ends', () => {
  const set = (val: string): string => `{"do":"set","dev":"blinds","room":"study","val":"${val}"}`;
  assert.equal(home(set('400%'))?.parts.get('blinds')?.level, 100);
  assert.deepEqual(home(set('10%'), set('-40%'))?.parts.get('blinds'), {
    on: false,
    level: 0,
    value: null,
    locked: false,
  });
});

test('what is asked, and what comes later, changes nothing yet', () => {
  const later = home('{"do":"on","dev":"lamp","room":"study","in":"15m"}');
  assert.equal(later?.manner, 'later');
  assert.deepEqual([later?.parts.size, later?.touched], [0, ['lamp']]);
  assert.equal(home('{"do":"get","dev":"door","room":"garage"}')?.manner, 'asked');
});

test('a door is locked, unlocked and opened', () => {
  const door = (...verbs: string[]): unknown =>
    home(...verbs.map((verb) => `{"do":"${verb}","dev":"door"}`))?.parts.get('door');
  assert.deepEqual(door('lock'), { on: false, level: 0, value: null, locked: true });
  assert.deepEqual(door('lock', 'unlock', 'open'), { on: true, level: 100, value: null, locked: false });
});
