/** Which context a plan gets where nobody asks for one, and which it is advised where the wanted one does not fit. */
import type { DecoderModel } from '../model/decoder.js';
import { PACKAGE_LIMITS } from '../schema/limits.js';
import { UsageError } from '../shared/errors.js';
import { fitWithContext } from './fit.js';
import type { Plan } from './plan.js';
import { speedBetween } from './speed-between.js';

/** Context when none is asked for: enough for a chat turn, small enough for a cache in fast memory. */
const DEFAULT_CONTEXT = 512;

/** What is tried where that does not fit, or takes the room of weights. The last still holds a request and its answer. */
const SHORTER = [384, 256, 192, 128] as const;

/** Share of the speed with the shortest of them that a longer one must leave. */
const SPEED_LEFT = 0.5;

/** Tokens in the context where speeds are compared: all of them have so many. */
const PLACE = 64;

/** Bytes that a token reads from other memories than SRAM without waiting for weights: rows of tables. */
const ROWS_BYTES = 4096;

/**
 * The wanted context, or else the one to begin with.
 * @throws UsageError when the context is out of range for the model or the engine
 */
export function wantedContext(model: DecoderModel, context: number | undefined): number {
  const made = model.longer?.maxPositions ?? model.maxPositions;
  const longest = Math.min(made, PACKAGE_LIMITS.context);
  if (context === undefined) return Math.min(longest, model.maxPositions, DEFAULT_CONTEXT);
  if (!Number.isInteger(context) || context < 2) {
    throw new UsageError(
      `A context of ${context} tokens is not possible; give a whole number from 2 to ${longest}.`,
      { code: 'context' },
    );
  }
  if (context > longest) {
    const whose = longest < made ? 'The engine holds' : 'The model was made for';
    throw new UsageError(`${whose} at most ${longest} positions; give a context of ${longest} or fewer.`, {
      code: 'context',
    });
  }
  return context;
}

/**
 * A plan with the longest context that fits and leaves half of the speed: a cache in SRAM pushes weights out of it, and then a
 * longer context may cost several times the speed, on boards without PSRAM above all.
 * @param plan with the longest context that may be
 * @param planFor makes the plan with a context
 */
export function withBestContext(plan: Plan, planFor: (context: number) => Plan): Plan {
  if (!isPressed(plan)) return plan;
  const shorter = SHORTER.filter((context) => context < plan.context).map(planFor);
  const fitting = [plan, ...shorter].filter(({ fit }) => fit.fits);
  const least = SPEED_LEFT * rateOf(fitting.at(-1) ?? plan);
  return fitting.find((candidate) => rateOf(candidate) >= least) ?? plan;
}

/** A plan whose advice names that context instead of the longest that would fit. */
export function withContextAdvice(plan: Plan, planFor: (context: number) => Plan): Plan {
  const advised = plan.fit.advice.remedies.find((remedy) => remedy.code === 'context');
  if (advised === undefined) return plan;
  const { context } = withBestContext(planFor(advised.context), planFor);
  return context === advised.context ? plan : { ...plan, fit: fitWithContext(plan.fit, context) };
}

/** Whether cache or working memory are too much, or leave weights no room in SRAM. */
function isPressed({ fit, cachePlacement, memories }: Plan): boolean {
  if (!fit.fits) return fit.advice.problems.some(({ code }) => code !== 'flash');
  const outside = memories.reduce((sum, use) => sum + (use.memory === 'sram' ? 0 : use.bytesPerToken), 0);
  return cachePlacement === 'sram' && outside > ROWS_BYTES;
}

function rateOf({ speed }: Plan): number {
  const { expected, bound } = speedBetween(speed, PLACE);
  return expected > 0 ? expected : bound;
}
