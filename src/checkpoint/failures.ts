/** Causes of failure that lie in the files with the weights. */

declare module '../shared/errors.js' {
  interface FailureCodes {
    /** The folder has no weights. */
    'no-weights': true;
    /** Some of the weight files that the index lists are not there. */
    'missing-files': true;
    /** Config and weights belong to different models. */
    'mixed-up': true;
    /** The weights are a PyTorch file. */
    pickle: true;
    /** The weights are in another container. */
    'other-format': true;
    /** The weights are codes already. */
    quantized: true;
  }
}

export {};
