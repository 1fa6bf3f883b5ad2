/** Causes of failure that lie in what the page's content policy forbids, or in what the browser has not. */

declare module '../shared/errors.js' {
  interface FailureCodes {
    /** The browser lacks something. */
    browser: true;
    wasm: true;
    worker: true;
  }
}

export {};
