/** What a plan advises when a model does not fit is followed here: it then fits, or at least needs less. */
import { PER_CHANNEL } from '../support/schemes.js';
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { DecoderModel } from '../../src/model/decoder.js';
import { findBoard } from '../../src/plan/boards.js';
import { makePlan, type Plan, type PlanOptions } from '../../src/plan/plan.js';
import { syntheticModel } from '../support/synthetic-model.js';

const SMALL = findBoard('esp32-s3-n4');
const LARGE = findBoard('esp32-s3-n16r8');

describe('the advice of a plan', () => {
  let model: DecoderModel;

  before(async () => {
    const { model: found } = await syntheticModel({ hidden: 96, ffn: 256, headDim: 24, positions: 64 });
    model = { ...found, maxPositions: 65_536 };
  });

  function plan(options: Partial<PlanOptions>): Plan {
    return makePlan(model, { board: SMALL, scheme: PER_CHANNEL, context: 64, ...options });
  }

  /** So many other bytes that a plan just fits into flash. */
  function filled(options: Partial<PlanOptions>): number {
    let [least, most] = [0, 32 * 1024 * 1024];
    while (most - least > 64) {
      const middle = (least + most) >> 1;
      if (plan({ ...options, otherBytes: middle }).fit.fits) least = middle;
      else most = middle;
    }
    return least;
  }

  function assertHelps(wrong: Partial<PlanOptions>, code: string, right: Partial<PlanOptions>): void {
    const { fit } = plan(wrong);
    assert.equal(fit.fits, false);
    assert.ok(
      fit.advice.remedies.some((remedy) => remedy.code === code),
      `${code} is not among: ${fit.remedies.join(' ')}`,
    );
    assert.equal(plan({ ...wrong, ...right }).fit.fits, true, code);
  }

  it('coarser scales where groups are too many', () => {
    const scheme = { ...PER_CHANNEL, granularity: 'group:32' } as const;
    assertHelps({ scheme, otherBytes: filled({}) }, 'channel-scales', { scheme: PER_CHANNEL });
  });

  it('INT8 weights where floats are too large', () => {
    const scheme = { ...PER_CHANNEL, weights: 'float32' } as const;
    assertHelps({ scheme, otherBytes: filled({}) }, 'int8-weights', { scheme: PER_CHANNEL });
  });

  it('a smaller context where the rotary tables are too large', () => {
    assertHelps({ context: 1024, otherBytes: filled({}) }, 'shorter-context', { context: 64 });
  });

  it('a board with more flash', () => {
    assertHelps({ otherBytes: filled({}) + 4096 }, 'more-flash', { board: LARGE });
  });

  it('a board with PSRAM for a longer context', () => {
    const scheme = { ...PER_CHANNEL, cache: 'int8' } as const;
    assertHelps({ scheme, context: 4000 }, 'psram', { board: LARGE });
  });

  it('a cache of INT8 where floats are too large', () => {
    const float = { ...PER_CHANNEL, cache: 'float32' } as const;
    const int8 = { ...PER_CHANNEL, cache: 'int8' } as const;
    assertHelps({ scheme: float, context: 600 }, 'int8-cache', { scheme: int8 });
  });

  it('a smaller model where no board is large enough', () => {
    const { fit } = plan({ board: LARGE, otherBytes: filled({ board: LARGE }) + 1024 * 1024 });
    assert.deepEqual(fit.advice.remedies, [{ code: 'smaller-model' }]);
  });

  it('and nothing else, where a larger board or a shorter context would not be enough', () => {
    const otherBytes = filled({ board: LARGE }) + 1024 * 1024;
    const { fit } = plan({ otherBytes, scheme: { ...PER_CHANNEL, cache: 'int8' }, context: 4000 });
    assert.deepEqual(
      fit.advice.problems.map(({ code }) => code),
      ['cache', 'flash'],
    );
    assert.deepEqual(fit.advice.remedies, [{ code: 'smaller-model' }]);
  });
});
