/** The door to the frontier in the step that plans: what is behind it is loaded when a person opens it. */
import { html, nothing, type TemplateResult } from 'lit';
import { findLanguage } from '../../shared/languages.js';
import { missing } from '../missing.js';
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
  /** `null` before a person opens it, or why it could not be loaded. */
  #room: FrontierRoom | Error | null = null;

  constructor(page: Page) {
    this.#page = page;
    page.element.addController({
      hostDisconnected: () => {
        this.leave();
      },
    });
  }

  /** Another step is shown, or none: nothing is measured any more. */
  leave(): void {
    if (!(this.#room instanceof Error)) this.#room?.cancel();
  }

  view(state: Fit, strings: Strings): TemplateResult | typeof nothing {
    const { locked } = this.#page.store.preset;
    if (locked.has('scheme') || state.choice.settings.weights === 'float32') return nothing;
    const room = this.#room;
    const toggled = (event: Event): void => {
      if ((event.target as HTMLDetailsElement).open) void this.#open(strings.language);
    };
    return html`<details class="panel more frontier" @toggle=${toggled}>
      <summary>${strings.fit.frontier}</summary>
      ${
        room === null
          ? nothing
          : room instanceof Error
            ? html`<p role="alert">${strings.failures.views}</p>`
            : room.view(state, strings)
      }
    </details>`;
  }

  async #open(tag: string): Promise<void> {
    const language = findLanguage(tag);
    if (this.#room !== null && !(this.#room instanceof Error) && this.#room.language === language) return;
    try {
      const { FrontierRoom } = await import('./frontier-room.js');
      this.leave();
      this.#room = await FrontierRoom.open(this.#page, language);
    } catch (cause) {
      this.#room = missing(cause);
    }
    this.#page.element.requestUpdate();
  }
}
