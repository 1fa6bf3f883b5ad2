/** The cause of failure that lies in the tokenizer. */

declare module '../shared/errors.js' {
  interface FailureCodes {
    /** The tokenizer.json is damaged or of another kind. */
    tokenizer: true;
  }
}

export {};
