/** Every way to store the bundled model, measured. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { carryOut } from '../../src/pipeline/convert.js';
import { openModel, type OpenedModel } from '../../src/pipeline/open-model.js';
import { planOpened } from '../../src/pipeline/plan-model.js';
import { measureSchemes, type SchemeStudy } from '../../src/pipeline/schemes.js';
import type { Runtime } from '../../src/pipeline/types.js';
import type { Whole } from '../../src/pipeline/whole-progress.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { testRuntime } from '../support/runtime.js';

const MODEL = fileURLToPath(new URL('../../models/home-commands', import.meta.url));
const BOARD = { board: 'esp32-s3-n16r8' } as const;

describe('all ways to store a model', () => {
  let runtime: Runtime;
  let opened: OpenedModel;
  let study: SchemeStudy;
  const told: Whole[] = [];
  const seen: string[] = [];

  before(async () => {
    runtime = await testRuntime();
    opened = await openModel(await nodeFolder(MODEL), runtime);
    study = await measureSchemes(opened, BOARD, runtime, {
      onProgress: (whole) => told.push(whole),
      onScheme: ({ plan }) => seen.push(plan.schemeText),
    });
  });

  it('are each there once, the smallest first, with every granularity of every encoding', () => {
    const { schemes } = study;
    const names = schemes.map(({ plan }) => JSON.stringify(plan.scheme));
    assert.equal(new Set(names).size, names.length);
    assert.deepEqual(
      [...new Set(schemes.map(({ wanted: { weights, granularity } }) => `${weights} ${granularity}`))].sort(),
      [
        ...['tensor', 'channel', 'group:32', 'group:64', 'group:128'].map((one) => `int8 ${one}`),
        ...['group:16', 'group:32', 'group:64'].map((one) => `int4 ${one}`),
      ].sort(),
    );
    assert.ok(schemes.some(({ plan }) => plan.scheme.activations === 'int8'));
    for (const [index, { plan }] of schemes.entries())
      assert.ok(plan.weightBytes >= (schemes[index - 1]?.plan.weightBytes ?? 0));
    assert.deepEqual(
      seen,
      schemes.map(({ plan }) => plan.schemeText),
    );
  });

  it('are measured as a conversion measures, and their packages are as long', async () => {
    const found = study.schemes.find(
      ({ wanted }) => wanted.weights === 'int4' && wanted.granularity === 'group:64',
    );
    assert.ok(found);
    const planned = planOpened(opened, { ...BOARD, scheme: found.wanted });
    const { report, packageBytes } = await carryOut(planned, { report: true }, runtime);
    assert.equal(found.bytes, packageBytes);
    assert.ok(report);
    // The study reads the beginning of the same text.
    assert.ok(study.positions >= 1000 && study.positions <= report.positions);
    assert.ok(
      Math.abs(found.kl - report.kl.mean) < 4 * (found.klError ?? 0),
      `${found.kl} ${report.kl.mean}`,
    );
    assert.deepEqual(
      found.texts.map(({ prompt, after }) => [prompt, after]),
      report.texts.map(({ prompt, after }) => [prompt, after]),
    );
  });

  it('lose more with fewer bits', () => {
    const kl = (weights: string, granularity: string): number =>
      study.schemes.find(
        ({ wanted, plan }) =>
          wanted.weights === weights &&
          wanted.granularity === granularity &&
          plan.scheme.activations === 'int16',
      )?.kl ?? NaN;
    assert.ok(kl('int4', 'group:64') > kl('int4', 'group:16'));
    assert.ok(kl('int4', 'group:16') > kl('int8', 'group:32'));
  });

  it('tell of themselves as one share that never goes back and ends at all', () => {
    for (const [index, { done, number, count }] of told.entries()) {
      assert.ok(done >= (told[index - 1]?.done ?? 0) && done <= 1);
      assert.ok(number >= 0 && number <= count && count === study.schemes.length);
    }
    assert.equal(told.at(-1)?.done, 1);
    assert.ok((told.at(-1)?.secondsLeft ?? 1) < 1e-9);
  });

  it('that do not fit the board are left out and counted', async () => {
    const small = await measureSchemes(opened, { board: 'esp32-s3-n4', context: 64 }, runtime);
    assert.ok(small.schemes.every(({ plan }) => plan.fits));
  });

  it('stop when they are told to', async () => {
    const end = new AbortController();
    await assert.rejects(
      measureSchemes(opened, BOARD, runtime, {
        signal: end.signal,
        onScheme: () => end.abort(new DOMException('Cancelled.', 'AbortError')),
      }),
      { name: 'AbortError' },
    );
  });
});
