/** The whole of a conversion, as a person sees it. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { carryOut } from '../../src/pipeline/convert.js';
import { openModel, type OpenedModel } from '../../src/pipeline/open-model.js';
import { planOpened } from '../../src/pipeline/plan-model.js';
import type { Runtime } from '../../src/pipeline/types.js';
import { effortSeconds } from '../../src/quantize/effort-time.js';
import type { Progress } from '../../src/shared/progress.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { testRuntime } from '../support/runtime.js';

const MODEL = fileURLToPath(new URL('../../models/home-commands', import.meta.url));

describe('the progress of a conversion', () => {
  let runtime: Runtime;
  let opened: OpenedModel;

  before(async () => {
    runtime = await testRuntime();
    opened = await openModel(await nodeFolder(MODEL), runtime);
  });

  for (const weights of ['int8', 'int4'] as const) {
    it(`of ${weights} is one share that never goes back, reaches the end, and stands still nowhere for long`, async () => {
      const told: Progress[] = [];
      const planned = planOpened(opened, { scheme: { weights } });
      await carryOut(planned, { report: true }, runtime, { onProgress: (progress) => told.push(progress) });
      const shares = told.map(({ whole }) => whole?.done ?? NaN);
      for (const [index, share] of shares.entries())
        assert.ok(share >= (shares[index - 1] ?? 0) && share <= 1, `${index}: ${share}`);
      // Texts of few tokens end before their share does.
      assert.ok((shares.at(-1) ?? 0) > 0.9, String(shares.at(-1)));
      const steps = shares.map((share, index) => share - (shares[index - 1] ?? 0));
      assert.ok(Math.max(...steps) < 0.5, String(Math.max(...steps)));
    });
  }

  it('names each tensor with its own size', async () => {
    const sizes = new Map<string, number>();
    const planned = planOpened(opened, { scheme: { weights: 'int8', granularity: 'tensor' } });
    await carryOut(planned, { report: false }, runtime, {
      onProgress: ({ stage, item, itemBytes }) => {
        if (stage === 'quantizing') sizes.set(item, itemBytes ?? NaN);
      },
    });
    const real = [...opened.checkpoint.tensors].map(([name, { begin, end }]) => [name, end - begin] as const);
    assert.deepEqual(
      [...sizes].sort(([a], [b]) => (a < b ? -1 : 1)),
      real.filter(([name]) => sizes.has(name)).sort(([a], [b]) => (a < b ? -1 : 1)),
    );
    assert.ok(sizes.size >= 36, String(sizes.size));
  });

  it('says beforehand that more effort takes longer, the more the larger a model is', () => {
    assert.equal(effortSeconds('quick', 1e6), 0);
    for (const parameters of [2.6e5, 9.3e5, 1.5e7]) {
      assert.ok(effortSeconds('good', parameters) < effortSeconds('best', parameters));
      assert.ok(effortSeconds('good', parameters) < effortSeconds('good', 2 * parameters));
    }
    // docs/decisions/0031: 1.8, 3.5 and 36 s.
    for (const [parameters, seconds] of [
      [260_032, 1.8],
      [931_200, 3.5],
      [15_000_000, 36],
    ] as const) {
      const said = effortSeconds('good', parameters);
      assert.ok(said > seconds / 1.5 && said < seconds * 1.5, `${parameters}: ${said}`);
    }
  });
});
