/** Conversions with more effort than rounding: the package comes from what was rounded in order. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { Twin } from '../../src/device/twin.js';
import { convert } from '../../src/pipeline/convert.js';
import type { Conversion, ConvertOptions, Runtime } from '../../src/pipeline/types.js';
import { climb } from '../../src/quantize/ladder.js';
import type { Tuner } from '../../src/quantize/tuning-types.js';
import { UsageError } from '../../src/shared/errors.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { testRuntime } from '../support/runtime.js';
import '../support/tuning-task.js';

const FOLDER = fileURLToPath(new URL('../../models/home-commands/', import.meta.url));

/** In this thread. */
const tuner: Tuner = (task, { onProgress, signal }) =>
  climb(task, [], {
    onProgress,
    breathe: () => {
      signal?.throwIfAborted();
      return Promise.resolve();
    },
  });

async function converted(
  options: ConvertOptions,
  runtime?: Partial<Runtime>,
  signal?: AbortSignal,
): Promise<Conversion> {
  const folder = await nodeFolder(FOLDER);
  try {
    return await convert(
      folder,
      { context: 128, prompts: ['x'], ...options },
      { ...(await testRuntime()), tuner, ...runtime },
      { signal },
    );
  } finally {
    await folder.close();
  }
}

void test('codes that are rounded in order diverge less, in packages of the same size', async () => {
  const scheme = { granularity: 'channel', activations: 'int16', cache: 'float32' } as const;
  // Judged on texts that it was not made with: requests that the model's training never saw.
  const evaluationText = (await readFile(`${FOLDER}heldout.jsonl`, 'utf8'))
    .split('\n')
    .slice(0, 60)
    .join('\n');
  const quick = await converted({ scheme, evaluationText });
  const good = await converted({ scheme, evaluationText, effort: 'good' });
  assert.equal(good.packageBytes, quick.packageBytes);
  const kl = ({ report }: Conversion): number => report?.kl.mean ?? NaN;
  assert.ok(kl(good) < 0.8 * kl(quick), `${kl(good)} of ${kl(quick)}`);
  // Every matrix lies a little further from its weights, for the sake of what comes out.
  const matrices = good.statistics.filter(({ statistics }) => statistics.errorSquares > 0);
  assert.equal(matrices.length, quick.statistics.length);
  const twin = await Twin.load((await testRuntime()).twin, good.package ?? new Uint8Array(0));
  assert.ok(twin.forward([1, 2, 3], 'last').every(Number.isFinite));
});

void test('families that learn their positions are rounded in order as well', async () => {
  for (const name of ['gpt2', 'opt', 'opt-projected', 'opt-projected-wide']) {
    const path = fileURLToPath(new URL(`../fixtures/families/${name}/`, import.meta.url));
    const folder = await nodeFolder(path);
    const kl: number[] = [];
    for (const effort of ['quick', 'good'] as const) {
      const scheme = {
        weights: 'int8',
        granularity: 'channel',
        activations: 'int16',
        cache: 'float32',
      } as const;
      const { report } = await convert(folder, { effort, scheme }, { ...(await testRuntime()), tuner });
      kl.push(report?.kl.mean ?? NaN);
    }
    const [quick = NaN, good = NaN] = kl;
    assert.ok(good < quick, `${name}: ${good} of ${quick}`);
    await folder.close();
  }
});

void test('without anyone to do it, and with gains folded in, it is refused with words', async () => {
  await assert.rejects(converted({ effort: 'good', report: false }, { tuner: undefined }), UsageError);
  const fusions = { normGains: true, queryKeyValue: true, gateUp: true, attentionScale: true };
  await assert.rejects(converted({ effort: 'good', report: false, fusions }), /gains outside/);
});

void test('an abort ends it', async () => {
  const controller = new AbortController();
  const aborting: Tuner = (task, hooks) => {
    controller.abort(new Error('enough'));
    return tuner(task, hooks);
  };
  await assert.rejects(
    converted({ effort: 'good', report: false }, { tuner: aborting }, controller.signal),
    /enough/,
  );
});
