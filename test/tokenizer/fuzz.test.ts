/** A short run of the tokenizer.json fuzzer; it must reach both outcomes, or it tests nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzz } from './tokenizer-json.fuzz.js';

void test('mutated tokenizer.json files give working tables or a FormatError, quickly', async () => {
  const result = await fuzz(3000, 20260701);
  assert.ok(result.accepted > 300, `accepted ${result.accepted}`);
  assert.ok(result.refused > 300, `refused ${result.refused}`);
  assert.ok(result.slowest < 5000, `slowest ${result.slowest} ms`);
});
