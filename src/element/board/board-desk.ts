/** What is known of the boards that one talks to by what they were made from: what hangs on them, and how fast they should be. */
import type { TemplateResult } from 'lit';
import { liveDesk } from '../desk/live-desk-door.js';
import type { LiveRegion } from '../live-region.js';
import type { Page } from '../page.js';
import type { Result } from '../state.js';
import type { PlannedSpeed } from '../views/chat.js';
import type { BoardState } from './board-state.js';
import { readyLink } from './board-store.js';
import type { EmulatedStore } from './emulated-store.js';

/** On the emulated board, whose pins can be looked at. */
export function emulatedDesk(
  page: Page,
  live: LiveRegion,
  { choice }: Result,
  emulated: EmulatedStore,
): TemplateResult | null {
  return liveDesk(page, live, {
    choice,
    told: emulated.board.state.told,
    emulated: {
      seconds: emulated.state.status?.seconds ?? 0,
      pins: () => emulated.pins(),
      hold: (pin, level) => emulated.hold(pin, level),
      warm: (celsius) => emulated.warm(celsius),
    },
  });
}

/** On the board on the cable, which may have the package of the conversion, or any other. */
export function serialDesk(
  page: Page,
  live: LiveRegion,
  result: Result | null,
  { link, told }: BoardState,
): TemplateResult | null {
  const bytes = readyLink(link)?.facts.get('package_bytes');
  const isThis = result !== null && bytes === String(result.result.package.length);
  return liveDesk(page, live, { choice: isThis ? result.choice : null, told, emulated: null });
}

/** What a board with this package is measured against. */
export function plannedSpeed({ result }: Result): PlannedSpeed {
  return { packageBytes: result.package.length, speed: result.plan.speed };
}
