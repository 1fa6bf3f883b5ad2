/** Something went wrong. */

/** Fired when a failure is shown. A cancel is no failure. */
export class Esp32LlmErrorEvent extends Event {
  /** What happened and what to do, as the person reads it. */
  readonly message: string;
  /** The error itself; its class tells a bad model (`FormatError`) from a bad line (`TransportError`). */
  readonly error: Error;

  constructor(message: string, error: Error) {
    super('esp32-llm-error', { bubbles: true, composed: true });
    this.message = message;
    this.error = error;
  }
}

declare global {
  interface HTMLElementEventMap {
    'esp32-llm-error': Esp32LlmErrorEvent;
  }
}
