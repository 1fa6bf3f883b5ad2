/** The door to the cards of the first step: what is behind it is loaded right after the first view, which does without until then. */
import type { TemplateResult } from 'lit';
import type { Page } from '../page.js';
import type { Parts } from '../parts.js';
import type { CardsRoom } from './cards-room.js';

const rooms = new WeakMap<Page, { room?: CardsRoom }>();

/** The cards, as soon as they are there and where the page has them. */
export function cardsOf(page: Page, parts: Parts): TemplateResult | undefined {
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
  return found.room?.view();
}
