/** What the planner says of known models: loaded when their list is opened. */
import { withTokens } from '../../edit/vocabulary-cut.js';
import type { DecoderModel } from '../../model/decoder.js';
import { findBoard } from '../../plan/boards.js';
import { cutTokens } from '../../plan/cut-offer.js';
import { DEFAULT_SCHEME } from '../../plan/defaults.js';
import { makePlan, type Plan } from '../../plan/plan.js';

export { modelOfConfig } from './config-model.js';

/** Bytes of the tokenizer's tables for each token: somewhat more than the bundled model's 14.6. */
const TOKENIZER_BYTES = 16;

/** Contexts are planned in such steps where the whole one does not fit. */
const CONTEXT_STEP = 64;

/** A vocabulary that is smaller than so many of its cuts is left as it is: little would be won. */
const LARGE = 2;

/** A cut is told of a model that fits whole where it makes it so much faster. */
const WORTH = 1.1;

/** How a model fits a board. */
export interface KnownFit {
  /** What the matrices become when nothing is asked for. */
  readonly weights: 'INT8' | 'INT4' | 'INT4 + INT8';
  /** Of the package in flash. */
  readonly bytes: number;
  /** Expected at half the context. */
  readonly tokensPerSecond: number;
  /** Tokens of the context where only a shorter one than usual fits, else `null`. */
  readonly context: number | null;
}

/** Both are `null` where the model does not fit; `cut` also where it would change little. */
export interface KnownPlans {
  readonly whole: KnownFit | null;
  readonly cut: (KnownFit & { readonly tokens: number }) | null;
}

/**
 * Plans a model for a board as it is and with fewer tokens.
 * @param added number of its added tokens, which a cut leaves
 * @throws UsageError for a board that there is not, or that is not supported
 */
export function planKnown(model: DecoderModel, board: string, added = 0): KnownPlans {
  const whole = fitOf(model, board);
  const cut = planCut(model, board, added);
  const isWorth = cut !== null && (whole === null || cut.tokensPerSecond >= WORTH * whole.tokensPerSecond);
  return { whole, cut: isWorth ? cut : null };
}

/** With fewer tokens; `null` where it does not fit, or has few. */
export function planCut(model: DecoderModel, board: string, added = 0): KnownPlans['cut'] {
  const smaller = withFewerTokens(model, added);
  const fit = smaller && fitOf(smaller, board);
  return fit && { ...fit, tokens: smaller.vocabSize };
}

/** The model with the tokens of a cut for which nothing else is asked, `null` where it has few. */
export function withFewerTokens(model: DecoderModel, added = 0): DecoderModel | null {
  const tokens = cutTokens(added);
  return model.vocabSize < LARGE * tokens ? null : withTokens(model, { begin: 0, end: tokens });
}

/** What the plan of the defaults says; where only the context is too long, what it says of the longest that fits. */
export function fitOf(model: DecoderModel, id: string): KnownFit | null {
  const board = findBoard(id);
  const options = { board, scheme: DEFAULT_SCHEME, otherBytes: model.vocabSize * TOKENIZER_BYTES };
  const whole = makePlan(model, options);
  if (whole.fit.fits) return told(whole, null);
  const longest = whole.fit.advice.remedies.find((remedy) => remedy.code === 'context')?.context ?? 0;
  const context = Math.floor(longest / CONTEXT_STEP) * CONTEXT_STEP;
  if (context === 0) return null;
  const shorter = makePlan(model, { ...options, context });
  return shorter.fit.fits ? told(shorter, context) : null;
}

function told(plan: Plan, context: number | null): KnownFit {
  const kinds = plan.tensors.map(({ tensor }) => tensor.encoding.kind);
  const has4 = kinds.includes('int4Group');
  const has8 = kinds.some((kind) => kind.startsWith('int8'));
  return {
    weights: has4 && has8 ? 'INT4 + INT8' : has4 ? 'INT4' : 'INT8',
    bytes: plan.memories.find(({ memory }) => memory === 'flash')?.weights ?? 0,
    tokensPerSecond: plan.predictedTokensPerSecond,
    context,
  };
}
