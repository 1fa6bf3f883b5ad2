/**
 * How much work goes into the codes of quantized weights. `quick`: each row by itself. `good`: matrices are rounded in the
 * order of the model, each for the inputs that are left of a text (docs/decisions/0031).
 */
export const EFFORTS = ['quick', 'good'] as const;

export type Effort = (typeof EFFORTS)[number];

export const DEFAULT_EFFORT: Effort = 'quick';
