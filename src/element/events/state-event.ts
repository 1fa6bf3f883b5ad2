/** The element went to another step. */
import type { Step } from '../state.js';

/** Fired after the element changed its step; see the custom states of the same names. */
export class Esp32LlmStateEvent extends Event {
  /** Where it is now. */
  readonly step: Step;
  /** Where it came from. */
  readonly previous: Step;

  constructor(step: Step, previous: Step) {
    super('esp32-llm-state', { bubbles: true, composed: true });
    this.step = step;
    this.previous = previous;
  }
}

declare global {
  interface HTMLElementEventMap {
    'esp32-llm-state': Esp32LlmStateEvent;
  }
}
