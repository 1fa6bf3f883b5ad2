/** The before/after report of a conversion: plain data, the same for JSON, the terminal and the HTML view. */
import type { InputKind } from '../schema/kinds.js';
import type { ComparisonReport } from './kernel-types.js';
import type { VocabularyReport } from './vocabulary-report.js';
import { judge, type Judgement, type Verdict } from './verdict.js';

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
  /**
   * Mean KL divergence of the original from itself when this input alone is INT8 with one scale a vector, nats, over the
   * beginning of the report's text; matrices of one input share it. `null` where it would take too long.
   */
  readonly kl: number | null;
  /** Microseconds a token that 16 bits take longer here than INT8, as predicted; `null` where nothing is. */
  readonly micros: number | null;
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
  /** Whether the text would go on: it is as long as texts here are, and no end of the model's own. */
  readonly isCut: { readonly before: boolean; readonly after: boolean };
}

/** What another choice would make of the same model, measured on the same text. */
export interface Alternative {
  /** The one choice that is made otherwise. */
  readonly change: SchemeChange;
  /** Mean KL divergence with it, nats, on part of the report's text. */
  readonly kl: number;
  /** The same over that of the model as it was converted, on the same part. */
  readonly klRatio: number;
  /** Length of the package over that of the model as it was converted. */
  readonly sizeRatio: number;
  /** Predicted tokens per second over that of the model as it was converted; `null` where nothing is predicted. */
  readonly speedRatio: number | null;
}

/** One part of a scheme, chosen otherwise. */
export type SchemeChange =
  | { readonly granularity: 'channel' | 'group:32' }
  | { readonly activations: 'auto' | 'int16' }
  | { readonly cache: 'k16v8' | 'int16' };

/** The word of a change by which languages know it. */
export type ChangeName = 'channel' | 'group:32' | 'auto' | 'int16' | 'cache:k16v8' | 'cache:int16';

export interface Report {
  /** Where the text that both models read came from. */
  readonly text: 'given' | 'written by the original model';
  readonly verdict: Verdict;
  /** What the verdict rests on. */
  readonly judgement: Omit<Judgement, 'verdict'>;
  /** What would bring the converted model closer to its original, best first; empty where nothing is lost that shows. */
  readonly alternatives: readonly Alternative[];
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
  /**
   * What a cut of the vocabulary costs, `null` for a whole one. With a cut, all other figures are over the tokens that are
   * left: the original's probabilities without those of the others, on text in pieces that are left.
   */
  readonly vocabulary: VocabularyReport | null;
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

/**
 * Shapes the kernels' comparison for the report.
 * @param textsPart whether one of the greedy texts shown side by side differs
 */
export function comparisonFields(
  comparison: ComparisonReport,
  textsPart: boolean,
): Pick<
  Report,
  | 'verdict'
  | 'judgement'
  | 'perplexity'
  | 'kl'
  | 'top1'
  | 'top1Error'
  | 'probabilityShift'
  | 'sequences'
  | 'positions'
> {
  const { perplexity, kl, top1, probabilityShift } = comparison;
  const { verdict, ...judgement } = judge(comparison, textsPart);
  return {
    verdict,
    judgement,
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
