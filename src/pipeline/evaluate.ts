/** Runs original and converted model over the same text in lockstep and fills the report. */
import type { TwinEngine } from '../device/twin-types.js';
import type { Plan } from '../plan/plan.js';
import type { Kernels, ReferenceEngine } from '../quantize/kernel-types.js';
import type { SourceStatistics } from '../quantize/quantize.js';
import {
  comparisonFields,
  type Alternative,
  type Report,
  type TensorReport,
  type TextPair,
} from '../quantize/report.js';
import type { VocabularyReport } from '../quantize/vocabulary-report.js';
import { judge } from '../quantize/verdict.js';
import { ProgressMeter } from '../shared/progress.js';
import type { DeviceTokenizer } from '../tokenizer/index.js';
import { Breather } from './breather.js';
import { inputReports } from './input-reports.js';
import { readTogether } from './lockstep.js';
import { sideBySide, type Prompt } from './side-by-side.js';
import type { Hooks } from './types.js';

export interface EvaluateInput {
  readonly kernels: Kernels;
  readonly reference: ReferenceEngine;
  readonly twin: TwinEngine;
  readonly tokenizer: DeviceTokenizer | null;
  readonly plan: Plan;
  readonly statistics: readonly SourceStatistics[];
  readonly packageBytes: number;
  readonly sequences: readonly (readonly number[])[];
  /** What the cut of the vocabulary costs. */
  readonly vocabulary: VocabularyReport | null;
  /** Bytes of rows that a cut left out. */
  readonly bytesCut: number;
  readonly origin: Report['text'];
  readonly prompts: readonly Prompt[];
  readonly stopIds: readonly number[];
  /** Measures what INT8 costs at each input, by site. */
  readonly inputCosts: () => Promise<ReadonlyMap<string, number>>;
  /** Measures what would help. @param divergences of each sequence, nats after each id */
  readonly alternatives: (divergences: readonly (readonly number[])[]) => Promise<readonly Alternative[]>;
  readonly hooks: Hooks;
}

/** All magnitudes count. */
const MOST = 100;

/** Tokens shown around a worst position. */
const CONTEXT_TOKENS = 12;

/**
 * Compares the two models.
 * @throws RangeError when there is no text; the signal's reason
 */
export async function evaluate(input: EvaluateInput): Promise<Report> {
  const { kernels, reference, twin, sequences, hooks } = input;
  const tokens = sequences.reduce((sum, sequence) => sum + sequence.length, 0);
  const meter = new ProgressMeter('checking', 'tokens', tokens, hooks.onProgress);
  const comparator = kernels.createComparator(reference.vocabSize);
  const lockstep = { reference, twin, comparator, breather: new Breather() };
  try {
    reference.startCalibration();
    const divergences: number[][] = [];
    for (const [index, sequence] of sequences.entries()) {
      const item = `text ${index + 1} of ${sequences.length}`;
      divergences.push(
        await readTogether(lockstep, sequence, hooks.signal, (read) => {
          meter.advance(read, item);
        }),
      );
    }
    const comparison = comparator.report();
    const ranges = reference.calibration(MOST);
    const inputs = inputReports(input.plan, ranges, await input.inputCosts());
    const { verdict } = judge(comparison, false);
    const alternatives =
      verdict === 'undecided' || verdict === 'indistinguishable' ? [] : await input.alternatives(divergences);
    const texts = await sideBySide({ ...input, context: input.plan.context }, twin);
    return {
      text: input.origin,
      ...comparisonFields(comparison, texts.some(parts)),
      alternatives,
      vocabulary: input.vocabulary,
      size: {
        before: input.statistics.reduce((sum, entry) => sum + entry.bytesBefore, input.bytesCut),
        after: input.packageBytes,
        bitsPerWeight: input.plan.bitsPerWeight,
      },
      tensors: input.statistics.map(tensorReport),
      inputs,
      texts,
      worst: comparison.worst.map(({ sequence, position, kl }) => ({
        sequence,
        position,
        kl,
        context: decode(
          input,
          (sequences[sequence] ?? []).slice(Math.max(0, position - CONTEXT_TOKENS), position + 1),
        ),
      })),
    };
  } finally {
    comparator.dispose();
  }
}

function tensorReport(entry: SourceStatistics): TensorReport {
  const { sqnr, amax, histogram } = entry.statistics;
  return {
    name: entry.source,
    rows: entry.rows,
    cols: entry.cols,
    dtype: entry.dtype,
    bytesBefore: entry.bytesBefore,
    bytesAfter: entry.bytesAfter,
    sqnr: Number.isFinite(sqnr) ? sqnr : null,
    amax,
    histogram: { limit: histogram.limit, before: [...histogram.before], after: [...histogram.after] },
  };
}

/** Whether a person sees two texts part. */
function parts({ beforeIds, afterIds, firstDifference }: TextPair): boolean {
  return firstDifference !== null || beforeIds.length !== afterIds.length;
}

function decode(input: EvaluateInput, ids: readonly number[]): string {
  return input.tokenizer?.decode(ids, { skipSpecial: false }) ?? ids.join(' ');
}
