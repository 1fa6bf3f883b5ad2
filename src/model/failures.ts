/** Causes of failure that lie in the kind of model. */

declare module '../shared/errors.js' {
  interface FailureCodes {
    family: true;
    /** The weights are codes already. */
    quantized: true;
    multimodal: true;
    'encoder-decoder': true;
    /** The model reads and does not write. */
    encoder: true;
    experts: true;
  }
}

export {};
