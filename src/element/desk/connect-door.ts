/** The door to the wiring in the step that plans: what is behind it is loaded when a person opens it. */
import { nothing, type TemplateResult } from 'lit';
import { FoldedRoom } from '../folded-room.js';
import type { Page } from '../page.js';
import type { Parts } from '../parts.js';
import type { State } from '../state.js';
import type { Strings } from '../strings/strings.js';
import type { ConnectRoom } from './connect-room.js';

type Fit = Extract<State, { step: 'fit' }>;

const doors = new WeakMap<Page, FoldedRoom<ConnectRoom>>();

/** Nothing for a model that does not say what its answers mean. */
export function connectDoor(
  page: Page,
  parts: Parts,
  state: Fit,
  strings: Strings,
): TemplateResult | typeof nothing {
  if (state.choice.inspection.actions === null) return nothing;
  const door =
    doors.get(page) ??
    new FoldedRoom(page, async (its, language) => {
      const { ConnectRoom } = await import('./connect-room.js');
      return ConnectRoom.open(its, parts, language);
    });
  doors.set(page, door);
  return door.view('connect', strings.fit.connect, strings, (room) => room.view(state.choice, strings));
}
