/** A conversion went on. */
import type { Progress } from '../../shared/progress.js';

/** Fired while a model is downloaded and converted, each at most about twenty times a second. */
export class Esp32LlmProgressEvent extends Event {
  /** Stage, current item, units done and in all, and the time that remains of the stage. */
  readonly progress: Progress;

  constructor(progress: Progress) {
    super('esp32-llm-progress', { bubbles: true, composed: true });
    this.progress = progress;
  }
}

declare global {
  interface HTMLElementEventMap {
    'esp32-llm-progress': Esp32LlmProgressEvent;
  }
}
