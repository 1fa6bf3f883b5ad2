/** The rungs above rounding: in order, and then by gradient. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { climb, type LadderHooks } from '../../src/quantize/ladder.js';
import { tune } from '../../src/quantize/tuning.js';
import { OwnHand } from '../../src/quantize/tuning-hand.js';
import type { LadderTask, RoundingRecipe, Tuned } from '../../src/quantize/tuning-types.js';
import type { Progress } from '../../src/shared/progress.js';
import { tuningTask } from '../support/tuning-task.js';

const ROUNDING: RoundingRecipe = { tokens: 3000, seed: 5 };

const idle = (): Promise<void> => Promise.resolve();

function onlyRounded(rounding: Partial<RoundingRecipe> = {}): LadderTask {
  return { ...tuningTask(), rounding: { ...ROUNDING, ...rounding }, recipe: null };
}

async function climbed(task: LadderTask, hooks: Partial<LadderHooks> = {}): Promise<Tuned> {
  return climb(task, [new OwnHand(idle)], { breathe: idle, ...hooks });
}

/** Divergence of a start of the tuning from the original, nats. */
async function divergence(task: LadderTask): Promise<number> {
  const recipe = { ...tuningTask().recipe, epochs: 0 };
  const { figures } = await climb({ ...task, recipe }, [new OwnHand(idle)], { breathe: idle });
  return figures?.before ?? NaN;
}

void test('rounding in order diverges less than spanning the weights', async () => {
  const spanned = await divergence({ ...onlyRounded(), rounding: undefined });
  const rounded = await divergence(onlyRounded());
  assert.ok(rounded < 0.8 * spanned, `${rounded} of ${spanned}`);
});

void test('every matrix with a scale a row is on its grid, and the same task gives the same', async () => {
  const task = onlyRounded();
  const { tensors, figures } = await climbed(task);
  assert.equal(figures, null);
  assert.deepEqual([...tensors.matrices.keys()].sort(), [...task.model.matrices.keys()].sort());
  for (const [name, grid] of tensors.matrices) {
    const { rows, cols, encoding } = task.model.matrices.get(name) ?? {};
    assert.deepEqual([grid.rows, grid.cols, grid.encoding], [rows, cols, encoding]);
  }
  assert.deepEqual(await climbed(onlyRounded()), { tensors, figures });
  assert.notDeepEqual((await climbed(onlyRounded({ seed: 6 }))).tensors, tensors);
});

void test("the user's text is taken, and the model's own where it is short", async () => {
  const stagesWith = async (given: number): Promise<Set<string>> => {
    const task = onlyRounded();
    const text = { ...task.text, given: Array.from({ length: given }, (_, i) => [1, 5 + (i % 7), 9, 3]) };
    const seen: Progress[] = [];
    await climbed({ ...task, text }, { onProgress: (progress) => seen.push(progress) });
    const rounding = seen.filter(({ stage }) => stage === 'tuning');
    const last = rounding.at(-1) as Progress;
    assert.ok(Math.abs(last.done - last.total) < 1e-6 * last.total);
    return new Set(seen.map(({ stage }) => stage));
  };
  assert.deepEqual(await stagesWith(10), new Set(['generating', 'tuning']));
  // More than are wanted: some from all over are taken.
  assert.deepEqual(await stagesWith(5000), new Set(['tuning']));
});

void test('tuning goes on from what was rounded', async () => {
  const { recipe } = tuningTask();
  const rounded = await climbed(onlyRounded());
  const both = await climb({ ...onlyRounded(), recipe }, [new OwnHand(idle)], { breathe: idle });
  const start = tuningTask();
  const matrices = new Map(
    [...start.model.matrices].map(([name, matrix]) => [
      name,
      { ...matrix, start: rounded.tensors.matrices.get(name) ?? null },
    ]),
  );
  const expected = await tune({ ...start, model: { ...start.model, matrices } }, [new OwnHand(idle)]);
  assert.deepEqual(both, expected);
  assert.ok(expected.figures.after < expected.figures.before);
});

void test('it ends where it breathes', async () => {
  for (const stage of ['generating', 'tuning']) {
    let now = '';
    const breathe = (): Promise<void> =>
      now === stage ? Promise.reject(new Error(`ended ${stage}`)) : Promise.resolve();
    const work = climbed(onlyRounded(), {
      breathe,
      onProgress: (progress) => {
        now = progress.stage;
      },
    });
    await assert.rejects(work, new RegExp(`ended ${stage}`));
  }
});
