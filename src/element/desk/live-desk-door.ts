/** The door to the board on the desk: loaded when answers of a board that runs act on its pins. */
import type { TemplateResult } from 'lit';
import type { ConsoleAction } from '../../device/console-types.js';
import type { EmulatedPin } from '../../device/emulator-types.js';
import type { LiveRegion } from '../live-region.js';
import type { Page } from '../page.js';
import type { Choice } from '../state.js';
import type { LiveDesk } from './live-desk.js';

/** What only an emulated board can be asked. */
export interface EmulatedPins {
  /** Its clock: when it goes on, pins may have changed. */
  readonly seconds: number;
  pins(): Promise<readonly EmulatedPin[]>;
  /** A part of the board holds a pin; `null` lets go of it. */
  hold(pin: number, level: boolean | null): void;
  /** The chip gets as warm, in degrees Celsius. */
  warm(celsius: number): void;
}

export interface LiveFacts {
  /** What the board was made from, `null` where that is not known. */
  readonly choice: Choice | null;
  /** What it told of its pins: the last of each. */
  readonly told: ReadonlyMap<string, ConsoleAction>;
  /** `null` for a board on a cable. */
  readonly emulated: EmulatedPins | null;
}

const desks = new WeakMap<Page, { desk?: LiveDesk }>();

/** Nothing where answers do nothing, and until what is behind the door is there. */
export function liveDesk(page: Page, live: LiveRegion, facts: LiveFacts): TemplateResult | null {
  if (!facts.choice?.inspection.actions && facts.told.size === 0) return null;
  let found = desks.get(page);
  if (found === undefined) {
    const door: { desk?: LiveDesk } = (found = {});
    desks.set(page, door);
    import('./live-desk.js').then(
      ({ LiveDesk }) => {
        door.desk = new LiveDesk(page, (text) => live.say(text));
        page.element.requestUpdate();
      },
      // Asked for again when the board is drawn next.
      () => desks.delete(page),
    );
  }
  return found.desk?.view(facts) ?? null;
}
