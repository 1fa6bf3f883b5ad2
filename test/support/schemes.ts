/** Schemes that tests plan with. */
import { DEFAULT_SCHEME } from '../../src/plan/defaults.js';

/** INT8 with one scale a row, and the rest as when nothing is asked for. */
export const PER_CHANNEL = { ...DEFAULT_SCHEME, weights: 'int8', granularity: 'channel' } as const;
