/** How a conversion is judged. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LEAST_POSITIONS, firstDifference, verdict } from '../../src/quantize/report.js';

test('the verdict follows the mean divergence', () => {
  const judged = [0, 0.0019, 0.002, 0.02, 0.1, 0.3, 0.5, Infinity].map((kl) => verdict(kl, 1000));
  assert.deepEqual(judged, [
    'indistinguishable',
    'indistinguishable',
    'negligible',
    'small',
    'moderate',
    'large',
    'severe',
    'severe',
  ]);
});

test('a text of a few words decides nothing', () => {
  assert.equal(verdict(0, LEAST_POSITIONS - 1), 'undecided');
  assert.equal(verdict(5, 3), 'undecided');
  assert.equal(verdict(0, LEAST_POSITIONS), 'indistinguishable');
});

test('two lists of ids differ where the first pair does', () => {
  assert.equal(firstDifference([1, 2, 3], [1, 2, 4]), 2);
  assert.equal(firstDifference([1, 2], [1, 2, 4]), null);
});
