/** Every family in the interpreters themselves; skipped where they are not installed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arenaOf } from '../../src/tflite/arena.js';
import { distance, familyFixtures } from '../model/family-fixtures.js';
import { judge, missing, type Interpreter } from './interpreters.js';
import { evaluate, fixtureStep, type Variant } from './steps.js';

async function hold(kind: Interpreter, cache: Variant['cache']): Promise<void> {
  for (const weights of ['float32', 'int8'] as const) {
    const names = await familyFixtures();
    const steps = await Promise.all(names.map((name) => fixtureStep(name, { weights, cache })));
    // The arena that is stated, and not a byte more.
    const jobs = steps.map(({ file, graph, expected: { ids } }) => ({
      bytes: file,
      ids,
      arena: arenaOf(graph).bytes,
    }));
    judge(kind, jobs).forEach(({ logits }, i) => {
      const { graph, expected } = steps[i] as (typeof steps)[number];
      const wanted =
        weights === 'float32' ? expected.logits : evaluate(graph, expected.ids).map((row) => [...row]);
      const worst = Math.max(...logits.map((row, at) => distance(row, wanted[at] ?? [])));
      assert.ok(worst < (weights === 'float32' ? 1e-4 : 5e-3), `${names[i]}: ${worst}`);
    });
  }
}

test('TensorFlow Lite Micro runs every family in the arena that is stated', { skip: missing('tflm') }, () =>
  hold('tflm', 'variables'),
);

test('LiteRT runs every family with the cache as tensors', { skip: missing('litert') }, () =>
  hold('litert', 'tensors'),
);
