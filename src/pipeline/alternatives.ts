/** What would bring a converted model closer to its original: other choices carried out and measured, with their price. */
import { keptTensors } from '../checkpoint/kept-tensors.js';
import { Twin } from '../device/twin.js';
import { isEncoded } from '../plan/choice.js';
import { makePlan, type Plan } from '../plan/plan.js';
import { isQuantized, type WantedScheme } from '../plan/scheme.js';
import type { ReferenceEngine } from '../quantize/kernel-types.js';
import type { Encoding } from '../schema/encodings.js';
import { loadKernels } from '../quantize/kernels.js';
import type { Alternative, SchemeChange } from '../quantize/report.js';
import { UnsupportedError } from '../shared/errors.js';
import { ProgressMeter } from '../shared/progress.js';
import { Breather } from './breather.js';
import { convertPlanned, type ConvertedModel } from './convert-planned.js';
import { readTogether } from './lockstep.js';
import type { PlannedModel } from './plan-model.js';
import { firstTokens, multiplyAddsPerToken } from './text-parts.js';
import type { Hooks, Runtime } from './types.js';

/** Multiply-adds that one alternative is worth: about a second. */
const BUDGET = 1e10;

/** Tokens that decide between two choices. Both read the same, so that the text's own scatter falls out. */
const LEAST_TOKENS = 128;

/** Bytes of weights that are held while alternatives are made, so that they are read but once more. */
const MOST_BYTES = 128 * 1024 * 1024;

/** What leaves more of the divergence than this is not worth a change. */
const WORTH = 0.8;

/** Tokens that the twin takes at once. */
const TWIN_BATCH = 32;

export interface AlternativesInput {
  readonly converted: ConvertedModel;
  readonly reference: ReferenceEngine;
  readonly sequences: readonly (readonly number[])[];
  /** Of the converted model after each id of each sequence, nats. */
  readonly divergences: readonly (readonly number[])[];
}

/**
 * Carries out the finer choices there are, one change at a time, each over the first part of the text. Large models have
 * none: they would take too long.
 * @returns those that help, best first
 * @throws FormatError, TransportError; the signal's reason
 */
export async function measureAlternatives(
  input: AlternativesInput,
  runtime: Runtime,
  hooks: Hooks,
): Promise<Alternative[]> {
  const { plan, opened } = input.converted.planned;
  const { model, checkpoint } = opened;
  const perToken = multiplyAddsPerToken(model, plan.context);
  const part = firstTokens(input.sequences, Math.floor(BUDGET / perToken));
  const tokens = part.reduce((sum, sequence) => sum + sequence.length, 0);
  const before = part.reduce(
    (sum, { length }, index) => sum + total((input.divergences[index] ?? []).slice(0, length)),
    0,
  );
  if (tokens < LEAST_TOKENS || checkpoint.bytes > MOST_BYTES || before === 0) return [];
  const plans = changes(plan).flatMap((change) => {
    const changed = planChange(input.converted.planned, change);
    return changed === null ? [] : [{ change, planned: changed }];
  });
  const meter = new ProgressMeter('checking', 'tokens', tokens * plans.length, hooks.onProgress);
  const kept = keptTensors(checkpoint);
  const found: Alternative[] = [];
  for (const { change, planned } of plans) {
    const converted = await convertPlanned(
      { plan: planned.plan, opened: { ...opened, checkpoint: kept } },
      {},
      runtime,
      { signal: hooks.signal },
    );
    const after = await divergence(converted, input.reference, part, runtime, hooks, meter);
    const alternative = {
      change,
      kl: after / tokens,
      klRatio: after / before,
      sizeRatio: converted.packageBytes / input.converted.packageBytes,
      speedRatio:
        plan.predictedTokensPerSecond > 0 && planned.plan.predictedTokensPerSecond > 0
          ? planned.plan.predictedTokensPerSecond / plan.predictedTokensPerSecond
          : null,
    };
    if (alternative.klRatio <= WORTH) found.push(alternative);
  }
  return found.sort((a, b) => a.klRatio - b.klRatio);
}

/** Sum of the divergences over a text, nats. */
async function divergence(
  { package: bytes }: ConvertedModel,
  reference: ReferenceEngine,
  sequences: readonly (readonly number[])[],
  runtime: Runtime,
  hooks: Hooks,
  meter: ProgressMeter,
): Promise<number> {
  const kernels = await loadKernels(runtime.kernels);
  const twin = await Twin.load(runtime.twin, bytes ?? new Uint8Array(), { maxBatch: TWIN_BATCH });
  const comparator = kernels.createComparator(reference.vocabSize);
  try {
    const lockstep = { reference, twin, comparator, breather: new Breather() };
    let sum = 0;
    for (const sequence of sequences) {
      const found = await readTogether(lockstep, sequence, hooks.signal, (read) => {
        meter.advance(read, 'other choices');
      });
      sum += total(found);
    }
    return sum;
  } finally {
    comparator.dispose();
  }
}

/** The next finer choice of each kind. */
function changes({ scheme }: Plan): SchemeChange[] {
  if (!isQuantized(scheme)) return [];
  const { granularity, activations, cache } = scheme;
  // What scales measured beforehand cost hides all else.
  if (activations === 'static') return [{ activations: 'auto' }];
  const found: SchemeChange[] = [];
  if (granularity === 'tensor') found.push({ granularity: 'channel' });
  if (granularity !== 'group:32') found.push({ granularity: 'group:32' });
  if (activations !== 'int16') found.push({ activations: 'int16' });
  if (cache === 'int8') found.push({ cache: 'k16v8' });
  if (cache === 'k16v8') found.push({ cache: 'int16' });
  return found;
}

/** The plan with one change; `null` when it cannot be made, or does not fit where the plan does. */
function planChange({ opened, plan }: PlannedModel, change: SchemeChange): PlannedModel | null {
  const { activations, cache } = plan.scheme;
  const scheme: WantedScheme = {
    ...plan.base,
    cache,
    activations: activations === 'mixed' ? 'auto' : activations,
    chat: 'template',
    ...change,
  };
  try {
    const changed = makePlan(opened.model, {
      board: plan.board,
      scheme,
      fusions: plan.fusions,
      context: plan.context,
      encodings: 'granularity' in change ? undefined : encodingsOf(plan),
      otherBytes: (opened.tokenizer?.section.length ?? 0) + (opened.chat?.section.length ?? 0),
    });
    return plan.fit.fits && !changed.fit.fits ? null : { opened, plan: changed };
  } catch (error) {
    if (error instanceof UnsupportedError) return null;
    throw error;
  }
}

/** Every matrix as it is. */
function encodingsOf({ tensors }: Plan): ReadonlyMap<string, Encoding> {
  return new Map(
    tensors.flatMap(({ tensor }) => (isEncoded(tensor) ? [[tensor.name, tensor.encoding] as const] : [])),
  );
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
