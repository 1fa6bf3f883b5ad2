/** The report's data. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstDifference } from '../../src/quantize/report.js';

test('two lists of ids differ where the first pair does', () => {
  assert.equal(firstDifference([1, 2, 3], [1, 2, 4]), 2);
  assert.equal(firstDifference([1, 2], [1, 2, 4]), null);
});
