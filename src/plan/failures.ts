/** The cause of failure that lies in what was asked of a plan. */

declare module '../shared/errors.js' {
  interface FailureCodes {
    /** The context is not possible for the model. */
    context: true;
  }
}

export {};
