/** How a comparison is judged: what of it a person can see, held against stated limits (docs/decisions/0027). */
import type { ComparisonReport, Estimate } from './kernel-types.js';

/** Best first. */
export const GRADES = ['indistinguishable', 'negligible', 'small', 'moderate', 'large', 'severe'] as const;

export type Grade = (typeof GRADES)[number];

/** What the judgement of a comparison is; `undecided`: there was too little text. */
export type Verdict = 'undecided' | Grade;

/** What a grade allows at most, or for the agreement at least. */
export interface Limits {
  /** Mean KL divergence, nats. */
  readonly kl: number;
  /** Share of positions with the same first choice, 0..1. */
  readonly top1: number;
  /** Perplexity after over before. */
  readonly ratio: number;
}

/**
 * Limits of all grades but the last. A reader of sampled text who knows both models gathers as many nats of evidence a token
 * as the mean divergence has, and with 3 of them is right 20 times in 21: after some 3,000 tokens at 0.001, 300 at 0.01, 60,
 * 20 and 6.
 */
export const LIMITS: Readonly<Record<Exclude<Grade, 'severe'>, Limits>> = {
  indistinguishable: { kl: 0.001, top1: 0.99, ratio: 1.002 },
  negligible: { kl: 0.01, top1: 0.95, ratio: 1.01 },
  small: { kl: 0.05, top1: 0.9, ratio: 1.05 },
  moderate: { kl: 0.15, top1: 0.8, ratio: 1.15 },
  large: { kl: 0.5, top1: 0.65, ratio: 1.5 },
};

/** What keeps a verdict from being one better. `length`: the figures would do, but the text is too short to be sure of them. */
export type Reason = keyof Limits | 'texts' | 'length';

/** A verdict with what it rests on. */
export interface Judgement {
  readonly verdict: Verdict;
  /** What decided it, the divergence first; `null` for the best. */
  readonly reason: Reason | null;
  /** What the figures are at worst, with 95 % confidence each; these are held against the limits. */
  readonly atWorst: Limits;
  /** The limits that were kept; `null` for `severe`, which has none, and for `undecided`. */
  readonly limits: Limits | null;
}

/** What a judgement needs of a comparison. */
export type Judged = Pick<ComparisonReport, 'sequences' | 'positions' | 'top1'> & {
  readonly kl: { readonly mean: Estimate };
  readonly perplexity: { readonly ratio: Estimate };
};

/** Positions below which nothing is judged: with 64 that all agree, 4 in 100 may still differ. */
export const LEAST_POSITIONS = 64;

/** Standard deviations of a normal distribution above which 5 % lie. */
const NORMAL = 1.645;

/** The same of Student's distribution, by degrees of freedom from 1; the last holds for all above. */
const STUDENT = [6.31, 2.92, 2.35, 2.13, 2.02, 1.94, 1.89, 1.86, 1.83, 1.81, 1.8, 1.78, 1.77, 1.76, 1.75];

/**
 * Judges a comparison: the best grade whose limits all figures keep, each at its worst with 95 % confidence. Texts that a
 * person sees part are never called indistinguishable. `undecided` when the bounds lie more than one grade below the figures.
 * @param textsPart whether one of the greedy texts shown side by side differs
 */
export function judge(compared: Judged, textsPart: boolean): Judgement {
  const atWorst = worst(compared);
  const measured: Limits = {
    kl: compared.kl.mean.value,
    top1: compared.top1.value,
    ratio: compared.perplexity.ratio.value,
  };
  const seen = grade(measured);
  const sure = grade(atWorst);
  if (compared.positions < LEAST_POSITIONS || sure > seen + 1) {
    return { verdict: 'undecided', reason: 'length', atWorst, limits: null };
  }
  const index = Math.max(sure, textsPart ? 1 : 0);
  const verdict = GRADES[index] as Grade;
  return {
    verdict,
    reason: reason(index, seen, textsPart, measured),
    atWorst,
    limits: verdict === 'severe' ? null : LIMITS[verdict],
  };
}

/** Index of the best grade whose limits are kept. */
function grade(figures: Limits): number {
  const index = GRADES.findIndex((name) => name !== 'severe' && broken(figures, LIMITS[name]) === null);
  return index < 0 ? GRADES.length - 1 : index;
}

/** The first figure that breaks its limit. What is not a number breaks it. */
function broken(figures: Limits, limits: Limits): keyof Limits | null {
  if (!(figures.kl <= limits.kl)) return 'kl';
  if (!(figures.top1 >= limits.top1)) return 'top1';
  // Without a known next token there is no perplexity.
  return figures.ratio > limits.ratio ? 'ratio' : null;
}

function reason(index: number, seen: number, textsPart: boolean, measured: Limits): Reason | null {
  const better = GRADES[index - 1];
  if (better === undefined || better === 'severe') return null;
  if (seen === index) return broken(measured, LIMITS[better]);
  return textsPart && index === 1 ? 'texts' : 'length';
}

/** One-sided bounds at 95 % confidence. */
function worst({ sequences, positions, kl, top1, perplexity }: Judged): Limits {
  // The bootstrap resamples sequences and is too narrow by this factor when there are few.
  const student =
    (STUDENT[Math.min(sequences - 1, STUDENT.length) - 1] ?? NORMAL) * Math.sqrt(sequences / (sequences - 1));
  const error = ({ standardError }: Estimate, known: number): number =>
    standardError === null ? NORMAL * known : Math.max(student * standardError, 0);
  const mean = kl.mean.value;
  const ratio = perplexity.ratio.value;
  const agreed = agreement(top1.value, positions);
  return {
    // One sequence has no error of its own: divergences of single positions scatter by two to three times their mean.
    kl: mean + error(kl.mean, (3 * mean) / Math.sqrt(positions)),
    top1: Math.min(agreed, top1.value - error(top1, 0)),
    // To first order the log-likelihoods of two models differ by a variance of twice their divergence.
    ratio: ratio * Math.exp(error(perplexity.ratio, ratio * Math.sqrt((2 * mean) / positions)) / ratio),
  };
}

/** Wilson's lower bound of a share: all of a few positions agreeing is no proof that all would. */
function agreement(share: number, positions: number): number {
  const square = NORMAL ** 2 / positions;
  const middle = share + square / 2;
  return (
    (middle - NORMAL * Math.sqrt((share * (1 - share)) / positions + square / (4 * positions))) / (1 + square)
  );
}
