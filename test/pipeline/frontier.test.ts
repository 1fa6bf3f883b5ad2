/** The frontier of the bundled model: what is expected of its points, and what they are. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  measureFrontier,
  planFor,
  type Frontier,
  type FrontierRuntime,
} from '../../src/pipeline/frontier.js';
import { openModel, type OpenedModel } from '../../src/pipeline/open-model.js';
import { planModel } from '../../src/pipeline/plan-model.js';
import { FitError, UsageError } from '../../src/shared/errors.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { testRuntime } from '../support/runtime.js';

const MODEL = fileURLToPath(new URL('../../models/home-commands', import.meta.url));
const BOARD = { board: 'esp32-s3-n16r8' } as const;

async function frontierRuntime(): Promise<FrontierRuntime> {
  const file = new URL('../../kernels/crates/train/prebuilt/train.wasm', import.meta.url);
  return { ...(await testRuntime()), train: await WebAssembly.compile(await readFile(file)) };
}

describe('the frontier', () => {
  let opened: OpenedModel;
  let runtime: FrontierRuntime;
  let frontier: Frontier;

  before(async () => {
    runtime = await frontierRuntime();
    opened = await openModel(await nodeFolder(MODEL), runtime);
    frontier = await measureFrontier(opened, BOARD, runtime);
  });

  it('goes from the smallest to the finest, with nothing that another is better than', () => {
    const { points } = frontier;
    assert.ok(points.length >= 5 && points.length <= 10);
    for (const [index, point] of points.entries()) {
      const before = points[index - 1];
      assert.ok(before === undefined || point.weightBytes >= before.weightBytes);
      if (point.isDefault) continue;
      for (const other of points)
        assert.ok(
          other === point ||
            other.weightBytes > point.weightBytes ||
            other.tokensPerSecond < point.tokensPerSecond ||
            other.expected >= point.expected,
        );
    }
    const [first, last] = [points[0], points.at(-1)];
    assert.ok(first && last && last.kl < 0.7 * first.kl && last.weightBytes > first.weightBytes);
  });

  it('expects what is measured', () => {
    assert.ok(frontier.isMeasured && frontier.tokens >= 1500);
    for (const { kl, klError, expected } of frontier.points) {
      assert.ok(klError !== null && klError < kl / 2);
      assert.ok(expected > kl / 1.4 && expected < 1.4 * kl, `expected ${expected}, measured ${kl}`);
    }
  });

  it('has points that a plan can be made of, with their bytes and speed', () => {
    for (const point of frontier.points) {
      const plan = planModel(opened, { ...BOARD, encodings: point.encodings });
      assert.equal(plan.weightBytes, point.weightBytes);
      assert.equal(plan.predictedTokensPerSecond, point.tokensPerSecond);
    }
    const usual = frontier.points.filter(({ isDefault }) => isDefault);
    assert.deepEqual(
      usual.map(({ weightBytes }) => weightBytes),
      [planModel(opened, BOARD).weightBytes],
    );
  });

  it('has the finest for so many bytes, and for so many tokens per second', async () => {
    const [small, large] = [frontier.points[0], frontier.points.at(-1)];
    assert.ok(small && large);
    const bytes = Math.round((small.weightBytes + large.weightBytes) / 2);
    const filled = planModel(opened, {
      ...BOARD,
      encodings: Object.fromEntries(await planFor(opened, BOARD, { bytes }, runtime)),
    });
    assert.ok(filled.weightBytes <= bytes && filled.weightBytes > bytes - 4096);
    const tokensPerSecond = (small.tokensPerSecond + large.tokensPerSecond) / 2;
    const fast = planModel(opened, {
      ...BOARD,
      encodings: Object.fromEntries(await planFor(opened, BOARD, { tokensPerSecond }, runtime)),
    });
    assert.ok(fast.predictedTokensPerSecond >= tokensPerSecond && fast.weightBytes > small.weightBytes);
    await assert.rejects(planFor(opened, BOARD, { bytes: 1000 }, runtime), FitError);
    await assert.rejects(
      planFor(opened, BOARD, { tokensPerSecond: 1e5 }, runtime),
      /at most [\d.]+ tokens\/s/,
    );
  });

  it('is given up when it is not wanted any more, and is not of F32 weights', async () => {
    const controller = new AbortController();
    const hooks = {
      signal: controller.signal,
      onProgress: ({ stage }: { stage: string }) => {
        if (stage === 'checking') controller.abort();
      },
    };
    await assert.rejects(measureFrontier(opened, BOARD, runtime, hooks), { name: 'AbortError' });
    const scheme = { weights: 'float32' } as const;
    await assert.rejects(measureFrontier(opened, { ...BOARD, scheme }, runtime), UsageError);
  });

  it('encodings from outside are checked', () => {
    for (const bad of [
      { kind: 'int3', group: 0 },
      { kind: 'toString', group: 0 },
      { kind: 'int8Channel', group: 32 },
      { kind: 'int8GroupU8', group: -1 },
    ])
      assert.throws(
        () => planModel(opened, { ...BOARD, encodings: { 'layers.0.down': bad as never } }),
        UsageError,
      );
  });
});
