/** The door to the cards of the first step: what is behind it is loaded right after the first view, which does without until then. */
import type { TemplateResult } from 'lit';
import type { Page } from '../page.js';
import type { Parts } from '../parts.js';
import type { CardsRoom } from './cards-room.js';

/** For the first step. */
export interface CardsFacts {
  readonly cards: TemplateResult | undefined;
  /** What this browser cannot do, and what works anyway. */
  readonly note: string | undefined;
}

const rooms = new WeakMap<Page, { room?: CardsRoom }>();

/** The cards and what is beside them, as soon as they are there; what the page does not have is undefined. */
export function cardsOf(page: Page, parts: Parts): CardsFacts {
  let found = rooms.get(page);
  if (!found) {
    const door: { room?: CardsRoom } = (found = {});
    rooms.set(page, door);
    import('./cards-room.js').then(
      ({ CardsRoom }) => {
        door.room = new CardsRoom(page, parts);
      },
      () => undefined,
    );
  }
  return { cards: found.room?.view(), note: found.room?.note() };
}
