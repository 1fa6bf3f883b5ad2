/** The cause of failure that lies in the values of the weights. */

declare module '../shared/errors.js' {
  interface FailureCodes {
    /** Weights that are not numbers. */
    'not-finite': true;
  }
}

export {};
