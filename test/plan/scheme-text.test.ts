/** A scheme in words. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OFFERED_WEIGHTS, WEIGHT_KINDS } from '../../src/plan/scheme.js';
import { readChoices, readScheme, writeChoices, writeScheme } from '../../src/plan/scheme-text.js';

test('a scheme is a few words in any order', () => {
  assert.deepEqual(readScheme('static GROUP:64, cache:int8', '--scheme'), {
    weights: 'auto',
    granularity: 'group:64',
    activations: 'static',
    cache: 'int8',
    chat: 'template',
  });
  for (const scheme of [
    'weights:auto granularity:auto activations:auto cache:auto',
    'weights:auto group:64 activations:auto cache:auto',
    'int8 granularity:auto activations:auto cache:auto',
    'int8 tensor activations:auto cache:auto',
    'int8 channel activations:int8 cache:auto',
    'int8 group:32 activations:int8:32 cache:float32',
    'int8 group:32 activations:static cache:float32 chat:begin',
  ]) {
    assert.equal(writeScheme(readScheme(scheme, '--scheme')), scheme);
  }
  // What activations were called before there was a choice.
  assert.equal(readScheme('dynamic', '--scheme').activations, 'auto');
  assert.equal(readScheme('int8', '--scheme').activations, 'auto');
  assert.throws(() => readScheme('auto', '--scheme'), /has the word "auto".*weights:auto/);
  assert.throws(() => readScheme('int16', '--scheme'), /has the word "int16".*activations:int16/);
  assert.throws(() => readScheme('static activations:int16', '--scheme'), /gives its activations twice/);
  assert.throws(() => readScheme('int7', '--scheme'), /--scheme has the word "int7".*int8, .*tensor/);
  assert.throws(
    () => readScheme('tensor channel', 'The attribute scheme'),
    /The attribute scheme gives its granularity twice/,
  );
});

test('what the weights become is written as it was read, and only what is offered for a board is read', () => {
  const scheme = readScheme('', '--scheme');
  for (const weights of WEIGHT_KINDS) {
    const text = writeScheme({ ...scheme, weights });
    assert.equal(text.split(' ')[0], weights);
    if (OFFERED_WEIGHTS.includes(weights)) assert.equal(readScheme(text, '--scheme').weights, weights);
    else assert.throws(() => readScheme(text, '--scheme'), new RegExp(`has the word "${weights}"`));
  }
});

test('a number of tokens stands among the words, once and whole', () => {
  const read = (text: string): unknown => readChoices(text, '--scheme');
  const cut = [{ kind: 'vocabulary', tokens: 4096 }];
  assert.deepEqual(read('int4 vocabulary:4096'), { scheme: readScheme('int4', '--scheme'), edits: cut });
  assert.deepEqual(read(''), { scheme: readScheme('', '--scheme'), edits: [] });
  for (const text of [
    'vocabulary:0',
    'vocabulary:4k',
    'vocabulary:',
    'vocabulary:-1',
    'vocabulary:123456789',
  ])
    assert.throws(() => read(text), /--scheme has the word .*is a number of tokens, as vocabulary:4096/);
  assert.throws(() => read('vocabulary:600 vocabulary:600'), /gives its vocabulary twice/);
  assert.throws(() => read('int7 vocabulary:600'), /has the word "int7".*vocabulary:4096/);
  const choices = readChoices('int4 vocabulary:4096', '--scheme');
  assert.deepEqual(read(writeChoices(choices)), choices);
  for (const edit of [
    { kind: 'vocabulary', tokens: 600, text: 'a' },
    { kind: 'vocabulary', tokens: 'text', text: 'a' },
  ] as const)
    assert.throws(() => writeChoices({ ...choices, edits: [edit] }), /a kit does not carry/);
});
