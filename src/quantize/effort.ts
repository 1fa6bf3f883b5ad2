/**
 * How much work goes into the codes of quantized weights. `quick`: each row by itself. `good`: matrices are rounded in the
 * order of the model, each for the inputs that are left of a text (docs/decisions/0031). `best`: scales,
 * offsets, gains and codes are tuned by gradient from there, for a minute or more (docs/decisions/0032).
 */
export const EFFORTS = ['quick', 'good', 'best'] as const;

export type Effort = (typeof EFFORTS)[number];

export const DEFAULT_EFFORT: Effort = 'quick';

/** Threads that an effort has use for by default. */
export const EFFORT_THREADS: Readonly<Record<Effort, number>> = { quick: 0, good: 1, best: 2 };
