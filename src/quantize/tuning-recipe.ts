/** How long a model is tuned, by its size. The figures behind it are in docs/decisions/0032. */
import type { TuningRecipe } from './tuning-types.js';

/** Multiply-adds twice, of all passes over the text, that a tuning is worth: about a minute of two threads. */
const WORK = 1.6e12;

/** Floating-point operations of a token for each parameter: forward through both models, and back through one. */
const PER_PARAMETER = 8;

/** Tokens that are worth their while: fewer tell too little, more change little. */
const TOKENS = { least: 100_000, most: 400_000 };

/** Most parameters of a model whose codes move as well: each takes 20 bytes more in every thread. */
const MOST_MOVED = 4_000_000;

/** The recipe for a model of so many parameters. */
export function tuningRecipe(parameters: number): TuningRecipe {
  const tokens = WORK / (PER_PARAMETER * parameters);
  return {
    seed: 1,
    writtenTokens: Math.round(Math.min(TOKENS.most, Math.max(TOKENS.least, tokens))),
    temperatures: [1, 1, 0.7, 1.2],
    heldOutTokens: 8192,
    leafTokens: 256,
    leaves: 4,
    epochs: 1,
    rate: 0.003,
    placeRate: parameters <= MOST_MOVED ? 6 : 0,
    warmUp: 0.05,
    beta2: 0.99,
    checks: 10,
    // Until the rate has fallen, held-out text may be read worse than at the beginning.
    patience: 10,
  };
}
