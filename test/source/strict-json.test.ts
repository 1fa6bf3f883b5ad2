/** The strict parser agrees with JSON.parse on what both accept, and refuses what a model file must not hold. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JsonError, parseStrictJson } from '../../src/source/strict-json.js';
import type { JsonObject, JsonValue } from '../../src/source/strict-json.js';

function plain(value: JsonValue): unknown {
  if (value instanceof Map) {
    return Object.fromEntries([...(value as JsonObject)].map(([key, item]) => [key, plain(item)]));
  }
  return Array.isArray(value) ? (value as readonly JsonValue[]).map(plain) : value;
}

const accepted = [
  'null',
  'true',
  'false',
  '0',
  '-0',
  '12',
  '-1.5',
  '1e3',
  '1E-3',
  '0.1e+2',
  '""',
  '"a"',
  '[]',
  '{}',
  ' [ 1 , 2 ] ',
  '{"a":{"b":[null,true,{"c":"d"}]}}',
  '"\\u0041\\n\\t\\"\\\\\\/\\b\\f\\r"',
  '"\\ud83d\\ude00"',
  '"\u00e9\u{1f600}\u2028"',
  '\r\n\t {"k" : "v"}\n',
  '{"":1}',
  '[[[[]]]]',
  '{"constructor":1,"toString":2}',
];
for (const text of accepted) {
  void test(`reads ${JSON.stringify(text)} as JSON.parse does`, () => {
    assert.deepEqual(plain(parseStrictJson(text)), JSON.parse(text));
  });
}

const refusedTexts = [
  '',
  ' ',
  '{',
  '}',
  '[1,]',
  '[,1]',
  '{"a":1,}',
  '{a:1}',
  "{'a':1}",
  '{"a" 1}',
  '{"a":}',
  '[1 2]',
  '01',
  '+1',
  '.5',
  '1.',
  '1e',
  '0x10',
  'NaN',
  'Infinity',
  '-',
  'tru',
  'nul',
  'True',
  '"',
  '"\\x41"',
  '"\\u12g4"',
  '"\\u12',
  '"\n"',
  '"\0"',
  '{} {}',
  '1 1',
  '/* c */ 1',
  '1 // c',
  '\ufeff{}',
  '{"a":1}x',
  '"\\ud800"',
  '"\\udc00"',
  '"\\ud800\\u0041"',
  '1e999',
];
for (const text of refusedTexts) {
  void test(`refuses ${JSON.stringify(text)}`, () => assert.throws(() => parseStrictJson(text), JsonError));
}

void test('refuses a key that occurs twice, however it is written', () => {
  assert.throws(() => parseStrictJson('{"a":1,"b":2,"a":3}'), /"a" occurs twice \(character 14\)/);
  assert.throws(() => parseStrictJson('{"x":{"\\u0061":1,"a":3}}'), /"a" occurs twice/);
});

void test('a key is a key, whatever objects make of it', () => {
  const value = parseStrictJson('{"__proto__":{"polluted":1}}');
  assert.ok(value instanceof Map);
  assert.equal(value.get('__proto__') instanceof Map, true);
  assert.equal(({} as { polluted?: number }).polluted, undefined);
});

void test('bounds the nesting, so that no text can exhaust the stack', () => {
  assert.throws(() => parseStrictJson('['.repeat(1_000_000)), /levels/);
  assert.throws(() => parseStrictJson('{"a":'.repeat(100_000)), /levels/);
  assert.deepEqual(parseStrictJson('[[1]]', { maxDepth: 2 }), [[1]]);
  assert.throws(() => parseStrictJson('[[1]]', { maxDepth: 1 }), /1 levels/);
});

void test('natural numbers only, where asked for', () => {
  const natural = { numbers: 'natural' } as const;
  assert.deepEqual(parseStrictJson('[0,7,9007199254740991]', natural), [0, 7, 9007199254740991]);
  for (const text of ['-1', '1.0', '1e2', '9007199254740992', '00', '1.', '-0']) {
    assert.throws(() => parseStrictJson(`[${text}]`, natural), JsonError, text);
  }
});
