/** What INT8 costs at each input of matrices by itself: the original, with that one input rounded, beside the original. */
import type { DecoderModel } from '../model/decoder.js';
import { isMultiplied } from '../plan/layout.js';
import type { Plan } from '../plan/plan.js';
import type { Kernels, ReferenceEngine } from '../quantize/kernel-types.js';
import { GLOBAL_INDEX } from '../schema/package.js';
import { throwIfAborted } from '../shared/errors.js';
import { ProgressMeter } from '../shared/progress.js';
import { Breather } from './breather.js';
import { siteKey } from './input-reports.js';
import { firstTokens, multiplyAddsPerToken } from './text-parts.js';
import type { Hooks } from './types.js';

/** Multiply-adds for all inputs together: a second or two. */
const BUDGET = 1e10;

/** Tokens that tell the inputs of a model apart; all are read with each of them. */
const LEAST_TOKENS = 32;
const MOST_TOKENS = 256;

/** Logits of the original that are kept to compare with. */
const MOST_LOGITS = 1 << 21;

export interface InputCostsInput {
  readonly kernels: Kernels;
  readonly reference: ReferenceEngine;
  readonly model: DecoderModel;
  readonly plan: Plan;
  readonly sequences: readonly (readonly number[])[];
  readonly hooks: Hooks;
}

/**
 * Mean KL divergence in nats by {@link siteKey}; empty for models whose inputs would take too long, and where nothing is
 * quantized.
 * @throws the signal's reason
 */
export async function measureInputCosts(input: InputCostsInput): Promise<ReadonlyMap<string, number>> {
  const { kernels, reference, model, plan, sequences, hooks } = input;
  const costs = new Map<string, number>();
  const sites = new Map(
    plan.tensors.flatMap(({ tensor }) => {
      if (!isMultiplied(tensor) || tensor.site === null) return [];
      const step = tensor.index === GLOBAL_INDEX ? null : tensor.index;
      return [[siteKey(step, tensor.site), { step, site: tensor.site }] as const];
    }),
  );
  const affordable = BUDGET / multiplyAddsPerToken(model, plan.context) / (sites.size + 1);
  const part = firstTokens(
    sequences,
    Math.floor(Math.min(affordable, MOST_TOKENS, MOST_LOGITS / reference.vocabSize)),
  );
  const tokens = part.reduce((sum, sequence) => sum + sequence.length, 0);
  if (sites.size === 0 || tokens < LEAST_TOKENS) return costs;
  const meter = new ProgressMeter('checking', 'tokens', tokens * sites.size, hooks.onProgress);
  const breather = new Breather();
  const read = (ids: readonly number[]): Float32Array => {
    reference.reset();
    return reference.forward(ids, 'all');
  };
  const exact = part.map(read);
  const comparator = kernels.createComparator(reference.vocabSize);
  try {
    for (const [key, { step, site }] of sites) {
      reference.roundInput({ step, site, input: 'int8' });
      let sum = 0;
      for (const [index, ids] of part.entries()) {
        throwIfAborted(hooks.signal);
        comparator.beginSequence();
        const targets = ids.map((_, at) => ids[at + 1] ?? -1);
        const divergences = comparator.add(exact[index] as Float32Array, read(ids), targets);
        sum += divergences.reduce((total, value) => total + value, 0);
        meter.advance(ids.length, 'inputs');
        await breather.breathe();
      }
      costs.set(key, sum / tokens);
    }
    return costs;
  } finally {
    reference.roundInput(null);
    comparator.dispose();
  }
}
