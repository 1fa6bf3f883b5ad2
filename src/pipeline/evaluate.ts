/** Runs original and converted model over the same text in lockstep and fills the report. */
import type { TwinEngine } from '../device/twin-types.js';
import type { Plan } from '../plan/plan.js';
import type { Kernels, ReferenceEngine } from '../quantize/kernel-types.js';
import type { SourceStatistics } from '../quantize/quantize.js';
import {
  comparisonFields,
  firstDifference,
  type Alternative,
  type Report,
  type TensorReport,
  type TextPair,
} from '../quantize/report.js';
import type { VocabularyReport } from '../quantize/vocabulary-report.js';
import { judge } from '../quantize/verdict.js';
import { throwIfAborted } from '../shared/errors.js';
import { ProgressMeter } from '../shared/progress.js';
import type { DeviceTokenizer } from '../tokenizer/index.js';
import { Breather } from './breather.js';
import { inputReports } from './input-reports.js';
import { readTogether } from './lockstep.js';
import { greedy } from './text.js';
import type { Hooks } from './types.js';

/** A prompt as ids, with the text to show for it. */
export interface Prompt {
  readonly text: string;
  readonly ids: readonly number[];
}

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

/** Tokens of the side-by-side texts. */
const TEXT_TOKENS = 64;

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
    const texts = await sideBySide(input);
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

async function sideBySide(input: EvaluateInput): Promise<TextPair[]> {
  const meter = new ProgressMeter(
    'generating',
    'tokens',
    2 * TEXT_TOKENS * input.prompts.length,
    input.hooks.onProgress,
  );
  const pairs: TextPair[] = [];
  for (const prompt of input.prompts) {
    const room = Math.min(input.plan.context, input.reference.context) - prompt.ids.length;
    if (prompt.ids.length === 0 || room < 1) continue;
    const tokens = Math.min(TEXT_TOKENS, room);
    const before = await continueGreedily(input.reference, prompt.ids, tokens, input, meter);
    const after = await continueGreedily(input.twin, prompt.ids, tokens, input, meter);
    pairs.push({
      prompt: prompt.text,
      before: continuation(input, prompt.ids, before),
      after: continuation(input, prompt.ids, after),
      beforeIds: before,
      afterIds: after,
      firstDifference: firstDifference(before, after),
    });
  }
  return pairs;
}

/** Whether a person sees two texts part. */
function parts({ beforeIds, afterIds, firstDifference }: TextPair): boolean {
  return firstDifference !== null || beforeIds.length !== afterIds.length;
}

interface Model {
  reset(): void;
  forward(ids: readonly number[], want: 'last'): Float32Array;
}

async function continueGreedily(
  model: Model,
  prompt: readonly number[],
  tokens: number,
  input: EvaluateInput,
  meter: ProgressMeter,
): Promise<number[]> {
  const breather = new Breather();
  model.reset();
  const ids: number[] = [];
  let next = greedy(model.forward(prompt, 'last'));
  for (;;) {
    throwIfAborted(input.hooks.signal);
    ids.push(next);
    meter.advance(1, 'greedy text');
    if (ids.length >= tokens || input.stopIds.includes(next)) return ids;
    next = greedy(model.forward([next], 'last'));
    await breather.breathe();
  }
}

/**
 * Text of ids that continue others: a decoder may treat the first token of a text otherwise. Special tokens are no text for
 * people.
 */
function continuation(input: EvaluateInput, prompt: readonly number[], ids: readonly number[]): string {
  const decode = (of: readonly number[]): string =>
    input.tokenizer?.decode(of, { skipSpecial: true }) ?? of.join(' ');
  const whole = decode([...prompt, ...ids]);
  const before = decode(prompt);
  return input.tokenizer !== null && whole.startsWith(before) ? whole.slice(before.length) : decode(ids);
}

function decode(input: EvaluateInput, ids: readonly number[]): string {
  return input.tokenizer?.decode(ids, { skipSpecial: false }) ?? ids.join(' ');
}
