/** A short run of the header fuzzer; it must reach both outcomes, or it tests nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzz } from './safetensors.fuzz.js';

void test('mutated headers give a sound directory or a FormatError, quickly', () => {
  const result = fuzz(5000, 20260701);
  assert.ok(result.accepted > 50, `accepted ${result.accepted}`);
  assert.ok(result.refused > 2000, `refused ${result.refused}`);
  assert.ok(result.slowest < 5000, `slowest ${result.slowest} ms`);
});
