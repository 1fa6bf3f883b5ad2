/**
 * Sampling from the float reference's logits, in the same order as the engine samples: repetition penalty, temperature,
 * top-k, top-p, min-p. The engine's own sampler is C; this one serves only the unquantized original.
 */
export interface SamplerOptions {
  /** 0 is greedy. */
  readonly temperature: number;
  /** 0 is off. */
  readonly topK: number;
  /** 1 is off. */
  readonly topP: number;
  /** 0 is off. */
  readonly minP: number;
  /** 1 is off. */
  readonly repetitionPenalty: number;
}

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
  const values = Float64Array.from(logits);
  if (options.repetitionPenalty !== 1) {
    for (const id of new Set(seen)) {
      const value = values[id];
      if (value !== undefined)
        values[id] = value > 0 ? value / options.repetitionPenalty : value * options.repetitionPenalty;
    }
  }
  const order = Array.from(values.keys()).sort(
    (a, b) => (values[b] as number) - (values[a] as number) || a - b,
  );
  const best = order[0] as number;
  if (options.temperature === 0) return best;

  const top = values[best] as number;
  const kept = options.topK > 0 ? order.slice(0, options.topK) : order;
  const weights = kept.map((id) => Math.exp(((values[id] as number) - top) / options.temperature));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  let count = 0;
  for (let mass = 0; count < kept.length && (count === 0 || mass < options.topP * sum); count++)
    mass += weights[count] as number;
  // Weights are relative to the most likely token, as min-p is.
  const candidates = kept
    .slice(0, count)
    .filter((_, index) => index === 0 || (weights[index] as number) >= options.minP);
  const total = candidates.reduce((mass, _, index) => mass + (weights[index] as number), 0);
  let left = random() * total;
  for (const [index, id] of candidates.entries()) {
    left -= weights[index] as number;
    if (left < 0) return id;
  }
  return candidates.at(-1) ?? best;
}
