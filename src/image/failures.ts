/** Causes of failure that lie in somebody's own firmware. */

declare module '../shared/errors.js' {
  interface FailureCodes {
    /** It is damaged or of another kind. */
    firmware: true;
    /** It came without what starts it. */
    bootloader: true;
  }
}

export {};
