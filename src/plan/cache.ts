/** Which key/value cache a plan gets where the scheme leaves it open (docs/decisions/0034). */
import { stepsOf, type DecoderModel } from '../model/decoder.js';
import type { CacheKind } from '../schema/kinds.js';
import { UsageError } from '../shared/errors.js';
import { cachedHeadBytes } from './memory.js';
import type { Plan } from './plan.js';

/**
 * Share of the speed with an INT8 cache that keys of 16 bits must leave. Beside INT4 weights what they gain is small: at most
 * 4 % of the divergence (docs/decisions/0049).
 */
const SPEED_KEPT = { int8: 0.9, int4: 0.97, mixed: 0.9, float32: 0.9 } as const;

/**
 * Keys of 16 bits, as rounding keys to INT8 is what a cache costs; values too where they take no more bytes, which is so
 * for heads of up to 8. INT8 where only that fits, or where the others would be much slower.
 * @param plan makes the plan with a cache
 */
export function bestCache(model: DecoderModel, plan: (cache: CacheKind) => Plan): Plan {
  const bytes = (cache: CacheKind): number =>
    Math.max(
      0,
      ...stepsOf(model, 'attention').map(({ step }) => cachedHeadBytes(cache, step.attention.headDim)),
    );
  if (bytes('int16') <= bytes('int8')) return plan('int16');
  const small = plan('int8');
  const fine = planOrNull(() => plan('k16v8'));
  if (fine === null || (small.fit.fits && !fine.fit.fits)) return small;
  return speed(fine) >= SPEED_KEPT[small.scheme.weights] * speed(small) ? fine : small;
}

/** A plan that may be more than the engine counts; `null` when it is. */
export function planOrNull(make: () => Plan): Plan | null {
  try {
    return make();
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
}

function speed({ predictedTokensPerSecond, boundTokensPerSecond }: Plan): number {
  return predictedTokensPerSecond || boundTokensPerSecond;
}
