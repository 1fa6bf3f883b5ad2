/** The before/after report of a conversion: plain data, the same for JSON, the terminal and the HTML view. */
import type { InputKind } from '../schema/kinds.js';
import type { ComparisonReport } from './kernel-types.js';

/** One source tensor in the report. */
export interface TensorReport {
  /** Name in the checkpoint. */
  readonly name: string;
  readonly rows: number;
  readonly cols: number;
  /** Storage type in the checkpoint. */
  readonly dtype: string;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** Signal-to-noise ratio of the weights in dB; `null` when nothing was lost. */
  readonly sqnr: number | null;
  readonly amax: number;
  /** 128 bins over `[-limit, limit)` before and after, for a chart. */
  readonly histogram: {
    readonly limit: number;
    readonly before: readonly number[];
    readonly after: readonly number[];
  };
}

/** What quantizing the input of one matrix costs. */
export interface InputReport {
  /** The package's tensor. */
  readonly name: string;
  /** How its input is quantized. */
  readonly input: InputKind;
  /** Signal-to-noise ratio in dB that each kind would leave on the report's text; `null` when nothing is lost. */
  readonly sqnr: Readonly<Record<InputKind, number | null>>;
}

/** Greedy text of both models for one prompt. */
export interface TextPair {
  readonly prompt: string;
  readonly before: string;
  readonly after: string;
  readonly beforeIds: readonly number[];
  readonly afterIds: readonly number[];
  /** Index of the first id that differs, `null` when the shorter is the beginning of the longer. */
  readonly firstDifference: number | null;
}

/** What the judgement of the mean KL divergence is, see {@link verdict}. */
export type Verdict =
  'undecided' | 'indistinguishable' | 'negligible' | 'small' | 'moderate' | 'large' | 'severe';

export interface Report {
  /** Where the text that both models read came from. */
  readonly text: 'given' | 'written by the original model';
  readonly verdict: Verdict;
  readonly perplexity: {
    readonly before: number;
    readonly after: number;
    readonly ratio: number;
    readonly ratioError: number | null;
  };
  /** Kullback-Leibler divergence of the quantized from the original next-token distribution, nats. */
  readonly kl: {
    readonly mean: number;
    readonly meanError: number | null;
    readonly median: number;
    readonly p90: number;
    readonly p95: number;
    readonly p99: number;
    readonly p999: number;
    readonly max: number;
  };
  /** Share of positions where both models rate the same token highest, 0..1. */
  readonly top1: number;
  readonly top1Error: number | null;
  /** Probability of the true next token, after minus before. */
  readonly probabilityShift: {
    readonly mean: number;
    readonly rms: number;
    readonly p1: number;
    readonly p99: number;
  };
  readonly sequences: number;
  readonly positions: number;
  readonly size: { readonly before: number; readonly after: number; readonly bitsPerWeight: number };
  readonly tensors: readonly TensorReport[];
  /** Matrices whose input is quantized, in plan order; not those with static scales. */
  readonly inputs: readonly InputReport[];
  readonly texts: readonly TextPair[];
  /** Positions of largest divergence with the text around them. */
  readonly worst: readonly {
    readonly sequence: number;
    readonly position: number;
    readonly kl: number;
    readonly context: string;
  }[];
}

/** Upper ends of the verdicts, mean KL in nats; the bands are those that llama.cpp's quantizations fall into. */
const BANDS: readonly (readonly [number, Verdict])[] = [
  [0.002, 'indistinguishable'],
  [0.01, 'negligible'],
  [0.05, 'small'],
  [0.15, 'moderate'],
  [0.5, 'large'],
];

/**
 * Positions below which nothing is judged. Divergences of single positions scatter by about twice their mean; with 64 of them
 * the mean's standard error is a quarter of it, and a band is two to five times as wide as the one below.
 */
export const LEAST_POSITIONS = 64;

/** Judges a mean KL divergence in nats over a number of positions. */
export function verdict(meanKl: number, positions: number): Verdict {
  if (positions < LEAST_POSITIONS) return 'undecided';
  return BANDS.find(([end]) => meanKl < end)?.[1] ?? 'severe';
}

/** Shapes the kernels' comparison for the report. */
export function comparisonFields(
  comparison: ComparisonReport,
): Pick<
  Report,
  'verdict' | 'perplexity' | 'kl' | 'top1' | 'top1Error' | 'probabilityShift' | 'sequences' | 'positions'
> {
  const { perplexity, kl, top1, probabilityShift } = comparison;
  return {
    verdict: verdict(kl.mean.value, comparison.positions),
    perplexity: {
      before: perplexity.before.value,
      after: perplexity.after.value,
      ratio: perplexity.ratio.value,
      ratioError: perplexity.ratio.standardError,
    },
    kl: {
      mean: kl.mean.value,
      meanError: kl.mean.standardError,
      median: kl.median,
      p90: kl.p90,
      p95: kl.p95,
      p99: kl.p99,
      p999: kl.p999,
      max: kl.max,
    },
    top1: top1.value,
    top1Error: top1.standardError,
    probabilityShift: {
      mean: probabilityShift.mean.value,
      rms: probabilityShift.rms.value,
      p1: probabilityShift.p1,
      p99: probabilityShift.p99,
    },
    sequences: comparison.sequences,
    positions: comparison.positions,
  };
}

/** Index of the first difference of two id lists, `null` when one begins with the other. */
export function firstDifference(a: readonly number[], b: readonly number[]): number | null {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    if (a[index] !== b[index]) return index;
  }
  return null;
}
