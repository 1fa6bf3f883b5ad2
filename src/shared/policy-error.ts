import type { FailureCode } from './errors.js';

/** The page's content policy forbids something that the converter cannot do without. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';

  constructor(
    message: string,
    readonly code: FailureCode,
  ) {
    super(message);
  }
}
