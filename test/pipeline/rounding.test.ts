/** What rounding did to single numbers: against the account of whole matrices, and against what quantizers make of a row. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { tensorKey } from '../../src/checkpoint/tensor-view.js';
import { carryOut } from '../../src/pipeline/convert.js';
import { openModel, type OpenedModel } from '../../src/pipeline/open-model.js';
import { planOpened, type PlannedModel } from '../../src/pipeline/plan-model.js';
import { ROUNDED_NUMBERS, sampleRounding, type RoundingSample } from '../../src/pipeline/rounding.js';
import type { Runtime } from '../../src/pipeline/types.js';
import type { WantedScheme } from '../../src/plan/scheme.js';
import { UsageError } from '../../src/shared/errors.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { testRuntime } from '../support/runtime.js';

const MODEL = fileURLToPath(new URL('../../models/home-commands', import.meta.url));
const BOARD = { board: 'esp32-s3-n16r8' } as const;

const SCHEMES: readonly Partial<WantedScheme>[] = [
  { weights: 'int8', granularity: 'tensor' },
  { weights: 'int8', granularity: 'channel' },
  { weights: 'int8', granularity: 'group:64' },
  { weights: 'int4', granularity: 'group:32' },
  { weights: 'int4', granularity: 'group:16' },
];

describe('what rounding did to some numbers', () => {
  let runtime: Runtime;
  let opened: OpenedModel;

  before(async () => {
    runtime = await testRuntime();
    opened = await openModel(await nodeFolder(MODEL), runtime);
  });

  async function converted(scheme: Partial<WantedScheme>): Promise<[PlannedModel, Uint8Array]> {
    const planned = planOpened(opened, { ...BOARD, scheme });
    const result = await carryOut(planned, { report: false }, runtime);
    assert.ok(result.package);
    return [planned, result.package];
  }

  for (const scheme of SCHEMES) {
    it(`is told of every matrix of ${scheme.weights} ${scheme.granularity}`, async () => {
      const [planned, bytes] = await converted(scheme);
      let matrices = 0;
      for (const { tensor } of planned.plan.tensors) {
        if (tensor.encoding.kind === 'float32') continue;
        for (const { source } of tensor.parts) {
          matrices++;
          const rows = source.shape[0] ?? 0;
          for (const row of [0, rows - 1]) {
            const sample = await sampleRounding(planned, bytes, { tensor: tensorKey(source), row }, runtime);
            expectRounded(sample, Math.min(ROUNDED_NUMBERS, tensor.cols));
          }
        }
      }
      assert.ok(matrices > 10);
    });
  }

  it('refuses what there is not, by name', async () => {
    const [planned, bytes] = await converted({ weights: 'int8', granularity: 'channel' });
    const tensor = 'model.layers.0.self_attn.q_proj.weight';
    for (const place of [
      { tensor: 'model.norm.weight', row: 0 },
      { tensor: 'nothing', row: 0 },
      { tensor, row: -1 },
      { tensor, row: 0.5 },
      { tensor, row: 1e6 },
    ]) {
      await assert.rejects(sampleRounding(planned, bytes, place, runtime), UsageError, JSON.stringify(place));
    }
    await assert.rejects(
      sampleRounding(planned, bytes.subarray(0, 1000), { tensor, row: 0 }, runtime),
      /package/,
    );
  });
});

/** Each is the nearest of its grid but for the ends of the range, where a code may be clipped by one. */
function expectRounded({ before: exact, after, steps, ...place }: RoundingSample, count: number): void {
  const named = JSON.stringify(place);
  assert.deepEqual([exact.length, after.length, steps.length], [count, count, count], named);
  let squares = 0;
  let signal = 0;
  exact.forEach((value, index) => {
    const [rounded = NaN, step = NaN] = [after[index], steps[index]];
    assert.ok(step >= 0 && Number.isFinite(rounded), `${named} ${index}`);
    assert.ok(Math.abs(rounded - value) <= 1.01 * step, `${named} ${index}: ${value} ${rounded} ${step}`);
    squares += (rounded - value) ** 2;
    signal += value ** 2;
  });
  assert.ok(squares > 0 && squares < signal / 20, `${named}: ${squares} of ${signal}`);
}
