/** Causes of failure that lie in what the page's content policy forbids the worker. */

declare module '../shared/errors.js' {
  interface FailureCodes {
    wasm: true;
    worker: true;
  }
}

export {};
