/**
 * Sampling from the float reference's logits, in the same order as the engine samples: repetition penalty, temperature,
 * top-k, top-p, min-p. The engine's own sampler is C; this one serves only the unquantized original.
 */
import type { Sampling } from '../shared/sampling.js';

/** A temperature of 0 is greedy. */
export type SamplerOptions = Omit<Sampling, 'doSample' | 'maxNewTokens'>;

/**
 * Picks an id.
 * @param logits of the next token
 * @param seen ids in the context, for the repetition penalty
 * @param random a number in [0, 1)
 */
export function sample(
  logits: Float32Array,
  seen: Iterable<number>,
  options: SamplerOptions,
  random: () => number,
): number {
  const values = penalized(logits, seen, options.repetitionPenalty);
  const best = largest(values);
  if (options.temperature === 0) return best;

  // Relative to the most likely id, as min-p is.
  const top = values[best] as number;
  const weights = values.map((value) => Math.exp((value - top) / options.temperature));
  const likely = mostLikely(values, weights, options);
  const kept = likely === null ? weights : only(likely, weights);
  if (options.minP > 0) {
    for (let id = 0; id < kept.length; id++)
      if (id !== best && (kept[id] as number) < options.minP) kept[id] = 0;
  }

  let left = random() * total(kept);
  for (let id = 0; id < kept.length; id++) {
    left -= kept[id] as number;
    if (left < 0) return id;
  }
  return best;
}

function penalized(logits: Float32Array, seen: Iterable<number>, penalty: number): Float64Array {
  const values = new Float64Array(logits);
  if (penalty === 1) return values;
  for (const id of new Set(seen)) {
    const value = values[id];
    if (value !== undefined) values[id] = value > 0 ? value / penalty : value * penalty;
  }
  return values;
}

/** The weights of some ids, nothing for the others. */
function only(ids: readonly number[], weights: Float64Array): Float64Array {
  const kept = new Float64Array(weights.length);
  for (const id of ids) kept[id] = weights[id] as number;
  return kept;
}

/** The id of the largest value, the lowest among equals. */
function largest(values: Float64Array): number {
  let best = 0;
  for (let id = 1; id < values.length; id++) {
    if ((values[id] as number) > (values[best] as number)) best = id;
  }
  return best;
}

/** What top-k and top-p keep, most likely first; `null` when both are off, which needs no order. */
function mostLikely(values: Float64Array, weights: Float64Array, options: SamplerOptions): number[] | null {
  const { topK, topP } = options;
  const hasTopK = topK > 0 && topK < values.length;
  if (!hasTopK && topP >= 1) return null;
  // Ids are put in order only where they can be kept: comparing those of a whole vocabulary takes longer than the model.
  let mass = total(weights);
  const ids = hasTopK
    ? atLeast(values, values.slice().sort().at(-topK) as number)
    : atLeast(weights, leastOfNucleus(mass, topP, weights.length));
  ids.sort((a, b) => (values[b] as number) - (values[a] as number) || a - b);
  if (hasTopK) {
    ids.length = Math.min(ids.length, topK);
    mass = ids.reduce((sum, id) => sum + (weights[id] as number), 0);
  }
  if (topP >= 1) return ids;
  let count = 0;
  let reached = 0;
  for (; count < ids.length && (count === 0 || reached < topP * mass); count++)
    reached += weights[ids[count] as number] as number;
  return ids.slice(0, count);
}

/**
 * What each of the likeliest ids that together reach a share of the mass has at least: before the last of them the share
 * is not reached, so it and the less likely ones, of which there are at most `count`, have more than the rest of the mass.
 */
function leastOfNucleus(mass: number, topP: number, count: number): number {
  // A little less, for what rounding takes.
  return ((1 - topP) * mass * (1 - 1e-9)) / count;
}

function atLeast(numbers: Float64Array, least: number): number[] {
  const ids: number[] = [];
  for (let id = 0; id < numbers.length; id++) if ((numbers[id] as number) >= least) ids.push(id);
  return ids;
}

function total(numbers: Float64Array): number {
  let sum = 0;
  for (let id = 0; id < numbers.length; id++) sum += numbers[id] as number;
  return sum;
}
