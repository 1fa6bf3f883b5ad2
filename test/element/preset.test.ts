/** What an embedder writes into attributes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LOCKS, STEPS, readPreset, readScheme, writeScheme } from '../../src/element/preset.js';
import { UsageError } from '../../src/shared/errors.js';

const NONE = {
  board: 'esp32-s3-n16r8',
  scheme: '',
  context: null,
  prompt: null,
  locked: null,
  steps: null,
};

test('without attributes everything is there and open', () => {
  const preset = readPreset(NONE);
  assert.deepEqual([...preset.steps], [...STEPS]);
  assert.equal(preset.locked.size, 0);
  assert.deepEqual(preset.settings, {
    board: 'esp32-s3-n16r8',
    granularity: 'channel',
    activations: 'dynamic',
    cache: 'auto',
    context: null,
  });
});

test('a scheme is a few words in any order', () => {
  assert.deepEqual(readScheme('static GROUP:64, cache:int8'), {
    weights: 'int8',
    granularity: 'group:64',
    activations: 'static',
    cache: 'int8',
  });
  for (const scheme of ['int8 tensor dynamic cache:auto', 'int8 group:32 static cache:float32']) {
    assert.equal(writeScheme(readScheme(scheme)), scheme);
  }
  assert.throws(() => readScheme('int7'), /"int7".*int8, tensor/);
  assert.throws(() => readScheme('tensor channel'), /granularity twice/);
});

test('locked without words locks everything, with words only those', () => {
  assert.deepEqual([...readPreset({ ...NONE, locked: '' }).locked], [...LOCKS]);
  assert.deepEqual([...readPreset({ ...NONE, locked: 'board scheme' }).locked], ['board', 'scheme']);
  assert.throws(() => readPreset({ ...NONE, locked: 'colour' }), /"colour".*model, board/);
});

test('a way without the choice of a model has its model locked', () => {
  const preset = readPreset({ ...NONE, steps: 'convert try' });
  assert.deepEqual([...preset.steps], ['convert', 'try']);
  assert.ok(preset.locked.has('model'));
  assert.throws(() => readPreset({ ...NONE, steps: 'chose' }), UsageError);
});

test('impossible boards and contexts are refused', () => {
  assert.throws(() => readPreset({ ...NONE, board: 'toaster' }), /Unknown board/);
  for (const context of [1, 2.5, Number.NaN])
    assert.throws(() => readPreset({ ...NONE, context }), /context/);
});
