/** The door to the frontier in the step that plans: what is behind it is loaded when a person opens it. */
import { nothing, type TemplateResult } from 'lit';
import { FoldedRoom } from '../folded-room.js';
import type { Page } from '../page.js';
import type { State } from '../state.js';
import type { Strings } from '../strings/strings.js';
import type { FrontierRoom } from './frontier-room.js';

type Fit = Extract<State, { step: 'fit' }>;

const doors = new WeakMap<Page, FrontierDoor>();

/** The door of an element, one for as long as it lives. */
export function frontierDoor(page: Page): FrontierDoor {
  const door = doors.get(page) ?? new FrontierDoor(page);
  doors.set(page, door);
  return door;
}

class FrontierDoor {
  readonly #page: Page;
  readonly #folded: FoldedRoom<FrontierRoom>;

  constructor(page: Page) {
    this.#page = page;
    this.#folded = new FoldedRoom(page, async (its, language) => {
      const { FrontierRoom } = await import('./frontier-room.js');
      this.leave();
      return FrontierRoom.open(its, language);
    });
    page.element.addController({
      hostDisconnected: () => {
        this.leave();
      },
    });
  }

  /** Another step is shown, or none: nothing is measured any more. */
  leave(): void {
    this.#folded.room?.cancel();
  }

  view(state: Fit, strings: Strings): TemplateResult | typeof nothing {
    const { locked } = this.#page.store.preset;
    if (locked.has('scheme') || state.choice.settings.weights === 'float32') return nothing;
    return this.#folded.view('frontier', strings.fit.frontier, strings, (room) => room.view(state, strings));
  }
}
