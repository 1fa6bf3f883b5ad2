/** Where two texts part. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareTexts } from '../../src/report/compare-texts.js';

const WHOLE = { isCut: { before: false, after: false } };

test('equal texts are the same only when their ids are', () => {
  assert.equal(compareTexts({ before: 'abc', after: 'abc', firstDifference: null, ...WHOLE }).same, true);
  assert.equal(compareTexts({ before: 'abc', after: 'abc', firstDifference: 2, ...WHOLE }).same, false);
});

test('texts part at the first difference', () => {
  assert.deepEqual(compareTexts({ before: 'the home', after: 'the house', firstDifference: 1, ...WHOLE }), {
    common: 'the ho',
    before: 'me',
    after: 'use',
    same: false,
  });
});

test('one text may be the beginning of the other', () => {
  const parted = compareTexts({ before: 'yes', after: 'yes sir', firstDifference: null, ...WHOLE });
  assert.deepEqual(parted, { common: 'yes', before: '', after: ' sir', same: false });
});

test('a character outside the basic plane is never cut', () => {
  // U+1F600 and U+1F601 share their first UTF-16 unit.
  assert.equal(
    compareTexts({ before: '\u{1F600}', after: '\u{1F601}', firstDifference: 0, ...WHOLE }).common,
    '',
  );
});

test('a text that would go on says so, and one that ends does not', () => {
  const pair = { before: 'a b', after: 'a c', firstDifference: 1 };
  const parted = compareTexts({ ...pair, isCut: { before: true, after: false } });
  assert.deepEqual([parted.before, parted.after], ['b…', 'c']);
  const same = compareTexts({
    before: 'a',
    after: 'a',
    firstDifference: null,
    isCut: { before: true, after: true },
  });
  assert.equal(same.common, 'a…');
});
