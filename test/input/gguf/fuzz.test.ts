/** Short runs of the fuzzer of GGUF files; they must reach both outcomes, or they test nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzz } from './gguf.fuzz.js';

test('mutated headers give a sound directory or a FormatError, quickly', async () => {
  const result = await fuzz(20_000, 20261130, 'headers');
  assert.ok(result.accepted > 2000, `accepted ${result.accepted}`);
  assert.ok(result.refused > 2000, `refused ${result.refused}`);
  assert.ok(result.slowest < 5000, `slowest ${result.slowest} ms`);
});

test('mutated files give models and tokenizers or a FormatError, quickly', async () => {
  const result = await fuzz(3000, 20261130);
  assert.ok(result.accepted > 100, `accepted ${result.accepted}`);
  assert.ok(result.refused > 1000, `refused ${result.refused}`);
  assert.ok(result.slowest < 5000, `slowest ${result.slowest} ms`);
});
