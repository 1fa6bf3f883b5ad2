/** The totals line is what people and machines read last: it must add up and read back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addTotals,
  emptyTotals,
  parseCargoTotals,
  parseTotals,
  totalsLine,
} from '../../scripts/lib/totals.mjs';

test('a totals line reads back as the totals it was written from', () => {
  for (const totals of [
    { passed: 3, failed: 0, skipped: 0 },
    { passed: 120, failed: 4, skipped: 7 },
  ]) {
    assert.deepEqual(parseTotals(`noise\n${totalsLine(totals)}\n`), totals);
  }
});

test('the last totals line counts, and a sentence about totals does not', () => {
  assert.deepEqual(parseTotals('1 passed, 2 failed\nlater\n5 passed, 0 failed\n'), {
    passed: 5,
    failed: 0,
    skipped: 0,
  });
  assert.equal(parseTotals('about 5 passed, 0 failed'), null);
});

test('cargo prints one line for each test binary and all are added', () => {
  const output = [
    'test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.10s',
    'test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s',
  ].join('\n');
  assert.deepEqual(parseCargoTotals(output), { passed: 14, failed: 3, skipped: 1 });
});

test('adding changes the sum in place', () => {
  const sum = emptyTotals();
  addTotals(sum, { passed: 1, failed: 2, skipped: 3 });
  addTotals(sum, { passed: 1, failed: 0, skipped: 0 });
  assert.deepEqual(sum, { passed: 2, failed: 2, skipped: 3 });
});
