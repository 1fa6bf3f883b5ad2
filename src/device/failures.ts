/** Causes of failure that lie in what runs a model: the twin, the emulator, a board on a cable. */

declare module '../shared/errors.js' {
  interface FailureCodes {
    /** Text for the model that is empty or too long for it. */
    prompt: true;
    /** A file that belongs to the page itself. */
    'page-file': true;
    'board-silent': true;
    /** Messages of the board are lost, or do not fit together. */
    'board-line': true;
    /** The emulator itself ended, not the chip in it. */
    emulator: true;
  }
}

export {};
