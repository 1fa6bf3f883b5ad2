/** Causes of failure that lie in what a folder holds beside its weights. */

declare module '../shared/errors.js' {
  interface FailureCodes {
    /** A folder with several models in it. */
    'several-models': true;
    /** The folder has no config.json. */
    'no-config': true;
    /** The folder holds the difference to another model. */
    adapter: true;
    family: true;
    /** The tokenizer is damaged or of another kind. */
    tokenizer: true;
  }
}

export {};
