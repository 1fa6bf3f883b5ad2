/** How a token is picked out of its logits: every parameter once. What else speaks of sampling takes its parameters from here. */

/**
 * Applied in this order, as the engine does: repetition penalty, temperature, top-k, top-p, min-p. Each is off at the value that
 * is named.
 */
export interface Sampling {
  /** Whether tokens are drawn; else the likeliest is taken, after the repetition penalty. */
  readonly doSample: boolean;
  /** Divides the logits: 0 for the likeliest token, else from {@link LEAST_TEMPERATURE} to 1000; off at 1. */
  readonly temperature: number;
  /** As many of the likeliest tokens are left; off at 0. */
  readonly topK: number;
  /** The likeliest tokens that together have this probability are left: above 0 up to 1, off at 1. */
  readonly topP: number;
  /** Tokens with less than this share of the likeliest token's probability are left out: 0 to 1, off at 0. */
  readonly minP: number;
  /** Divides the positive logits of tokens in the context and multiplies the negative ones: 0.01 to 100, off at 1. */
  readonly repetitionPenalty: number;
  /** Most new tokens; 0 is until the context is full. */
  readonly maxNewTokens: number;
}

/** The engine's least temperature above 0: logits over a smaller one would overflow (`device-runtime/engine/sampler.c`). */
export const LEAST_TEMPERATURE = 0.001;

/** Some of the parameters, and the seed that everything is drawn by: the same seed gives the same tokens. */
export type Seeded<Name extends keyof Sampling> = Pick<Sampling, Name> & { readonly seed: number };

/** What is absent stays as it is, or as the package has it. A temperature above 0 turns sampling on unless `doSample` says otherwise. */
export type SamplingChoice = { readonly [Name in keyof Sampling]?: Sampling[Name] | undefined };

/** What somebody has settled, `null` where nothing is said. */
export type Settled<Parameters> = { readonly [Name in keyof Parameters]: Parameters[Name] | null };
