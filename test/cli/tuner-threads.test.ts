/** Tuning in threads of Node, and states in a folder. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { startTuner } from '../../src/cli/tuner-threads.js';
import { tuningFolder } from '../../src/cli/tuning-folder.js';
import { tune } from '../../src/quantize/tuning.js';
import { OwnHand } from '../../src/quantize/tuning-hand.js';
import { tuningKey } from '../../src/quantize/tuning-state.js';
import type { TuningState } from '../../src/quantize/tuning-types.js';
import type { Progress } from '../../src/shared/progress.js';
import { tuningTask } from '../support/tuning-task.js';

const folder = await mkdtemp(path.join(os.tmpdir(), 'tunings-'));
after(() => rm(folder, { recursive: true }));

const expected = await tune(tuningTask(), [new OwnHand(() => Promise.resolve())]);

for (const count of [1, 2]) {
  void test(`${count} of them give the bits of none`, async () => {
    const threads = await startTuner(count, null);
    try {
      const seen: Progress[] = [];
      const tuned = await threads.tuner(tuningTask(), { onProgress: (progress) => seen.push(progress) });
      assert.deepEqual(tuned, expected);
      assert.ok(seen.some(({ stage }) => stage === 'tuning'));
    } finally {
      await threads.end();
    }
  });
}

void test('an abort ends the wait at once, and a fault comes through as what it is', async () => {
  const threads = await startTuner(2, null);
  try {
    const controller = new AbortController();
    const tuning = threads.tuner(tuningTask({ writtenTokens: 1e6 }), {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    });
    await assert.rejects(tuning, /enough/);
    const aborted = threads.tuner(tuningTask(), { signal: controller.signal });
    await assert.rejects(aborted, /enough/);
  } finally {
    await threads.end();
  }
  const others = await startTuner(1, null);
  try {
    const task = tuningTask();
    const missing = { ...task, model: { ...task.model, tensors: new Map<string, Uint8Array>() } };
    await assert.rejects(others.tuner(missing, {}), RangeError);
  } finally {
    await others.end();
  }
});

void test('a folder keeps one state, whole or not at all', async () => {
  const store = tuningFolder(path.join(folder, 'states'));
  const states: TuningState[] = [];
  const spy = {
    ...store,
    put: (key: string, state: TuningState) => (states.push(state), store.put(key, state)),
  };
  await tune(tuningTask(), [new OwnHand(() => Promise.resolve())], { store: spy, keepInterval: 0 });
  const [state] = states;
  assert.ok(state !== undefined);
  await store.put('one', state);
  await store.put('two', state);
  assert.deepEqual(await readdir(path.join(folder, 'states')), ['two.tuning']);
  assert.deepEqual(await store.get('two'), state);
  await assert.rejects(store.get('one'));
  await store.delete('one');
  await store.delete('two');
  assert.deepEqual(await readdir(path.join(folder, 'states')), []);

  // A command that was ended: the next one goes on, and one that finds a damaged file begins anew.
  const key = tuningKey(tuningTask());
  await store.put(key, state);
  const file = path.join(folder, 'states', `${key}.tuning`);
  const whole = await readFile(file);
  for (const [bytes, resumed] of [
    [whole, state.step],
    [whole.subarray(0, 1000), 0],
  ] as const) {
    await writeFile(file, bytes);
    const threads = await startTuner(2, path.join(folder, 'states'));
    try {
      const { tensors, figures } = await threads.tuner(tuningTask(), {});
      assert.deepEqual(tensors, expected.tensors);
      assert.equal(figures?.resumed, resumed);
    } finally {
      await threads.end();
    }
  }
});
