/** A conversion is done. */
import type { PlanJson } from '../../plan/plan.js';
import type { Report } from '../../quantize/report.js';

/** Fired when a model was converted and compared with its original. */
export class Esp32LlmReportEvent extends Event {
  /** Name of the model's folder. */
  readonly name: string;
  readonly report: Report;
  readonly plan: PlanJson;
  /** The `.s3lm` file. The element goes on using these bytes: copy them before changing or transferring them. */
  readonly package: Uint8Array;

  constructor(detail: Pick<Esp32LlmReportEvent, 'name' | 'report' | 'plan' | 'package'>) {
    super('esp32-llm-report', { bubbles: true, composed: true });
    this.name = detail.name;
    this.report = detail.report;
    this.plan = detail.plan;
    this.package = detail.package;
  }
}

declare global {
  interface HTMLElementEventMap {
    'esp32-llm-report': Esp32LlmReportEvent;
  }
}
