/** How long an effort takes, said before it begins: figures of `npm run bench:quantize` on two loaded cores. */
import type { Effort } from './effort.js';
import { tuningRecipe } from './tuning-recipe.js';

/** Rounding in order: what every model takes, and what each parameter adds. */
const GOOD = { seconds: 1.5, perParameter: 2.3e-6 };

/** Floating-point operations a second of two threads, and those of a token for each parameter (docs/decisions/0032). */
const RATE = 1.6e12 / 60;
const PER_PARAMETER = 8;

/** Seconds on an ordinary computer, besides what `quick` takes. */
export function effortSeconds(effort: Effort, parameters: number): number {
  if (effort === 'quick') return 0;
  const rounding = GOOD.seconds + GOOD.perParameter * parameters;
  if (effort === 'good') return rounding;
  return rounding + (PER_PARAMETER * parameters * tuningRecipe(parameters).writtenTokens) / RATE;
}
