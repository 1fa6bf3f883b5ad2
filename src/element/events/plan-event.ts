/** What a model would be on the board was worked out. */
import type { PlanJson } from '../../plan/plan.js';

/** Fired when a model was read, and whenever a setting gave another plan. */
export class Esp32LlmPlanEvent extends Event {
  /** Name of the model's folder. */
  readonly name: string;
  /** Memories, what does not fit and what would help, and the speed to expect, for the settings as they are now. */
  readonly plan: PlanJson;

  constructor(name: string, plan: PlanJson) {
    super('esp32-llm-plan', { bubbles: true, composed: true });
    this.name = name;
    this.plan = plan;
  }
}

declare global {
  interface HTMLElementEventMap {
    'esp32-llm-plan': Esp32LlmPlanEvent;
  }
}
