/** What an embedder writes into attributes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LOCKS, NO_PRESET, STEPS, readPreset } from '../../src/element/preset.js';
import { convertSettings } from '../../src/element/settings.js';
import { DEFAULT_SCHEME } from '../../src/plan/defaults.js';
import { UsageError } from '../../src/shared/errors.js';

const NONE = {
  board: 'esp32-s3-n16r8',
  scheme: '',
  context: null,
  prompt: null,
  locked: null,
  effort: null,
  steps: null,
};

test('without attributes everything is there and open', () => {
  const preset = readPreset(NONE);
  assert.deepEqual([...preset.steps], [...STEPS]);
  assert.equal(preset.locked.size, 0);
  assert.deepEqual(preset.settings, {
    board: 'esp32-s3-n16r8',
    weights: 'auto',
    granularity: 'auto',
    activations: 'auto',
    cache: 'auto',
    chat: 'template',
    context: null,
  });
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

test('impossible boards, schemes and contexts are refused', () => {
  assert.throws(
    () => readPreset({ ...NONE, scheme: 'int7' }),
    /^UsageError: The attribute scheme has the word "int7"/,
  );
  assert.throws(() => readPreset({ ...NONE, board: 'toaster' }), /Unknown board/);
  for (const context of [1, 2.5, Number.NaN])
    assert.throws(() => readPreset({ ...NONE, context }), /context/);
});

test('what the weights become goes from the settings to the pipeline', () => {
  const { settings } = NO_PRESET;
  assert.deepEqual(convertSettings(settings).scheme, DEFAULT_SCHEME);
  const { scheme } = convertSettings({ ...settings, weights: 'float32', context: 64 });
  assert.deepEqual(scheme, { ...DEFAULT_SCHEME, weights: 'float32' });
});

test('properties mean what frameworks set them for', () => {
  const locked = (value: unknown): string[] => [...readPreset({ ...NONE, locked: value }).locked];
  for (const all of [true, '', 'true']) assert.deepEqual(locked(all), [...LOCKS]);
  for (const none of [false, 'false', null, undefined]) assert.deepEqual(locked(none), []);
  assert.deepEqual(locked(['board', 'scheme']), ['board', 'scheme']);
  const { settings, prompt, steps } = readPreset({
    board: undefined,
    scheme: ['int8', 'group:64'],
    context: '64',
    effort: undefined,
    prompt: 5,
    locked: undefined,
    steps: ['fit', 'try'],
  });
  assert.equal(settings.board, 'esp32-s3-n16r8');
  assert.equal(settings.granularity, 'group:64');
  assert.equal(settings.context, 64);
  assert.equal(prompt, '5');
  assert.deepEqual([...steps], ['fit', 'try']);
  assert.deepEqual([...readPreset({ ...NONE, steps: true }).steps], [...STEPS]);
  assert.equal(readPreset({ ...NONE, board: '' }).settings.board, 'esp32-s3-n16r8');
});

test('properties of other types are named with what they take', () => {
  for (const name of ['board', 'scheme', 'context', 'prompt', 'locked', 'steps'] as const)
    for (const value of [{}, () => 1, Symbol('x')])
      assert.throws(() => readPreset({ ...NONE, [name]: value }), {
        name: 'UsageError',
        message: `The property ${name} is of type ${typeof value}. It takes text, as its attribute does.`,
      });
  assert.throws(() => readPreset({ ...NONE, locked: 5 }), /locked has the word "5".*model, board/);
  assert.throws(() => readPreset({ ...NONE, context: true }), /context takes a whole number/);
  assert.throws(() => readPreset({ ...NONE, board: 5 }), /Unknown board "5"/);
});

test('the effort is one of those that there are, and the usual one is not said', () => {
  assert.equal(readPreset({ ...NONE, effort: 'best' }).settings.effort, 'best');
  assert.equal(convertSettings(readPreset({ ...NONE, effort: 'good' }).settings).effort, 'good');
  for (const effort of [null, '', 'quick'])
    assert.ok(!('effort' in convertSettings(readPreset({ ...NONE, effort }).settings)));
  assert.throws(() => readPreset({ ...NONE, effort: 'much' }), /"much".*quick, good, best/);
});
