/** The element's events, in the order of what they tell. */
import { Esp32LlmPlanEvent } from './events/plan-event.js';
import { Esp32LlmReportEvent } from './events/report-event.js';
import { Esp32LlmStateEvent } from './events/state-event.js';
import { stepOf, type State } from './state.js';

/** Fires events one after the other, also where a handler of one brings about the next. */
export class EventQueue {
  readonly #target: EventTarget;
  readonly #told: Told = { plans: new WeakSet(), result: null };
  /** To be dispatched; the first is on its way. */
  readonly #events: Event[] = [];

  constructor(target: EventTarget) {
    this.#target = target;
  }

  /** Tells of a change of the state. */
  follow(now: State, before: State): void {
    this.dispatch(eventsOf(now, before, this.#told));
  }

  dispatch(events: readonly Event[]): void {
    const first = this.#events.length === 0;
    this.#events.push(...events);
    while (first && this.#events[0] !== undefined) {
      this.#target.dispatchEvent(this.#events[0]);
      this.#events.shift();
    }
  }
}

/** What was told of: a step back shows it again. */
interface Told {
  readonly plans: WeakSet<object>;
  /** The last one: an earlier conversion that is shown again is told of again. */
  result: object | null;
}

/** What a change of the state tells. */
function eventsOf(now: State, before: State, told: Told): Event[] {
  const events: Event[] = [];
  if (now.step === 'fit' && !now.planning && !told.plans.has(now.choice.plan)) {
    told.plans.add(now.choice.plan);
    events.push(new Esp32LlmPlanEvent(now.choice.inspection.name, now.choice.plan));
  }
  const [step, previous] = [stepOf(now), stepOf(before)];
  if (step !== previous) events.push(new Esp32LlmStateEvent(step, previous));
  if (now.step === 'result' && told.result !== now.result) {
    told.result = now.result;
    const { report, plan, package: bytes } = now.result;
    // A step back shows it as the plan of the settings.
    told.plans.add(plan);
    events.push(new Esp32LlmReportEvent({ name: now.choice.inspection.name, report, plan, package: bytes }));
  }
  return events;
}
