/** A scheme in words. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OFFERED_WEIGHTS, WEIGHT_KINDS } from '../../src/plan/scheme.js';
import { readScheme, writeScheme } from '../../src/plan/scheme-text.js';

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
