/** Causes of failure that lie in the kind of model. */

declare module '../shared/errors.js' {
  interface FailureCodes {
    multimodal: true;
    'encoder-decoder': true;
    /** The model reads and does not write. */
    encoder: true;
    experts: true;
  }
}

export {};
