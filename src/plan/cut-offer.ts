/** What a smaller vocabulary would make of a plan: offered where it decides whether the model fits, or makes it faster. */
import { DEFAULT_CUT_TOKENS, withTokens } from '../edit/vocabulary-cut.js';
import type { DecoderModel } from '../model/decoder.js';
import { makePlan, type Plan, type PlanOptions } from './plan.js';

/** A plan with fewer tokens beside the plan that was made. */
export interface CutOffer {
  /** Tokens that are left, and those that there are. */
  readonly tokens: number;
  readonly of: number;
  /** Bytes of the package, with the tokenizer in proportion; and as planned. */
  readonly bytes: number;
  readonly whole: number;
  readonly fits: boolean;
  /** Expected, or where nothing is, allowed by the memories. */
  readonly tokensPerSecond: number;
}

/** What is faster by less is not worth words that come apart. */
const WORTH = 1.1;

/** Cuts are offered in steps of so many tokens, above what must stay. */
const STEP = 1024;

/** What must stay beside added tokens, with as many of the usual ones. */
const BASE = 2 * STEP;

/**
 * The offer, `null` where a cut would change little.
 * @param plan of the whole model
 * @param sectionBytes of its tokenizer
 * @param added number of its added tokens, which stay
 */
export function cutOffer(
  model: DecoderModel,
  plan: Plan,
  options: PlanOptions,
  sectionBytes: number,
  added: number,
): CutOffer | null {
  const tokens = cutTokens(added);
  const half = STEP * Math.ceil(tokens / 2 / STEP);
  const first = offerOf(model, plan, options, sectionBytes, tokens);
  // Where that many are too many, half of them may do.
  if (first === null || first.fits || half < added + STEP) return first;
  const second = offerOf(model, plan, options, sectionBytes, half);
  return second?.fits === true ? second : first;
}

/** Tokens of a cut for which nothing else is asked, of a vocabulary with so many added ones. */
export function cutTokens(added: number): number {
  return Math.max(DEFAULT_CUT_TOKENS, STEP * Math.ceil((added + BASE) / STEP));
}

function offerOf(
  model: DecoderModel,
  plan: Plan,
  options: PlanOptions,
  sectionBytes: number,
  tokens: number,
): CutOffer | null {
  const of = model.vocabSize;
  if (tokens >= of) return null;
  const cut = makePlan(withTokens(model, { begin: 0, end: tokens }), {
    ...options,
    otherBytes: (options.otherBytes ?? 0) - Math.round(sectionBytes * (1 - tokens / of)),
  });
  // What else is too much is not the vocabulary's.
  if (!cut.fit.fits && cut.fit.advice.problems.every(({ code }) => code !== 'flash')) return null;
  const offer = {
    tokens,
    of,
    bytes: packageBytes(cut),
    whole: packageBytes(plan),
    fits: cut.fit.fits,
    tokensPerSecond: rateOf(cut),
  };
  return plan.fit.fits && !(offer.fits && offer.tokensPerSecond >= WORTH * rateOf(plan)) ? null : offer;
}

/** Of the package, as planned. */
export function packageBytes({ memories }: Pick<Plan, 'memories'>): number {
  return memories.find(({ memory }) => memory === 'flash')?.weights ?? 0;
}

function rateOf({ predictedTokensPerSecond, boundTokensPerSecond }: Plan): number {
  return predictedTokensPerSecond > 0 ? predictedTokensPerSecond : boundTokensPerSecond;
}
