/** The graph of every family computes what the library that made its fixture computed. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { arenaOf } from '../../src/tflite/arena.js';
import { distance, familyFixtures } from '../model/family-fixtures.js';
import { evaluate, fixtureStep } from './steps.js';

/** What the interpreter of TensorFlow Lite Micro computed: `test/fixtures/make_tflite.mjs`. */
const JUDGED = JSON.parse(
  await readFile(new URL('../fixtures/tflite.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, { readonly logits: readonly (readonly number[])[]; readonly arena: number }>>;

test('in floats, every family gives the logits of its library', async (t) => {
  for (const name of await familyFixtures()) {
    await t.test(name, async () => {
      const { graph, expected } = await fixtureStep(name, { weights: 'float32', cache: 'variables' });
      const worst = Math.max(
        ...evaluate(graph, expected.ids).map((logits, i) => distance(logits, expected.logits[i] ?? [])),
      );
      assert.ok(worst < 1e-5, `${worst}`);
    });
  }
});

test('in INT8 and INT16, the arithmetic is that of the interpreter', async (t) => {
  assert.ok(Object.keys(JUDGED).length >= 6);
  for (const [name, { logits }] of Object.entries(JUDGED)) {
    await t.test(name, async () => {
      const { graph, expected } = await fixtureStep(name, { weights: 'int8', cache: 'variables' });
      const own = evaluate(graph, expected.ids);
      const apart = Math.max(...own.map((values, i) => distance(values, logits[i] ?? [])));
      // INT8 itself is a hundredth or more away from the original.
      assert.ok(apart < 2e-3, `${apart}`);
      const lost = Math.max(...own.map((values, i) => distance(values, expected.logits[i] ?? [])));
      assert.ok(lost > apart && lost < 0.15, `${lost}`);
    });
  }
});

test('the cache as tensors gives what variables give', async () => {
  for (const name of ['gemma3', 'lfm2']) {
    const [a, b] = await Promise.all(
      (['variables', 'tensors'] as const).map((cache) => fixtureStep(name, { weights: 'int8', cache })),
    );
    assert.ok(a !== undefined && b !== undefined);
    assert.deepEqual(evaluate(b.graph, a.expected.ids), evaluate(a.graph, a.expected.ids));
    assert.equal(a.cacheBytes, b.cacheBytes);
    assert.equal(b.graph.variables, 0);
  }
});

test('the arena is enough, and not much more', async () => {
  for (const [name, { arena }] of Object.entries(JUDGED)) {
    const { graph } = await fixtureStep(name, { weights: 'int8', cache: 'variables' });
    const { bytes } = arenaOf(graph);
    // Models as small as these take more while their memory is planned than afterwards.
    assert.ok(bytes >= arena && bytes < 1.8 * arena, `${name}: ${bytes} for ${arena}`);
  }
});
