/** Random expressions split as the tokenizers library splits by them, or are refused by name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkExpressions } from './expressions.fuzz.js';

test('expressions split as in the library', async () => {
  const file = new URL('../fixtures/tokenizers/expressions.jsonl.gz', import.meta.url);
  const { same, refused, different } = await checkExpressions(file);
  assert.deepEqual(different, []);
  assert.ok(same > 450, `the same: ${same}`);
  assert.ok(refused.size > 5, `reasons: ${[...refused.keys()].join('; ')}`);
});
