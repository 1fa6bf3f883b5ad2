/** What the words of a failure are chosen by. */
import type { FailureCode } from '../shared/errors.js';

/** What is said about failures whose cause is too rare for words of its own. */
export type FailureKind = 'format' | 'unsupported' | 'usage' | 'other';

/** What every dictionary has help for. */
export type FailureCause = FailureCode | FailureKind;
