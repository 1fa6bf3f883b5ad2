/** The converter's reader and the engine's judge the same packages alike; `differential.ts` says so of a million edits. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzz, loadEngine, sweep } from './differential.js';

const module = await loadEngine();

test('both readers accept or refuse a package with one field changed', async () => {
  const { edits, accepted, disagreements } = await sweep(module, 61);
  assert.deepEqual(disagreements, []);
  assert.ok(edits > 1500 && accepted > 20, `${accepted} of ${edits} accepted`);
});

test('both readers accept or refuse a package with several fields, sections or weights changed', async () => {
  const { accepted, refused, disagreements } = await fuzz(module, 2500, 5);
  assert.deepEqual(disagreements, []);
  assert.ok(accepted > 100 && refused > 1000, `${accepted} accepted, ${refused} refused`);
});
