/** The door to the conversions of a session: what is behind it comes after the first result, or when a person opens it. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ConvertResult } from '../../worker/jobs.js';
import { missing } from '../missing.js';
import type { Page } from '../page.js';
import type { Choice, State } from '../state.js';
import type { Strings } from '../strings/strings.js';
import type { ConversionsRoom } from './conversions-room.js';

/** Where the rows stand: beside settings, and under a result. */
type Shown = Extract<State, { step: 'fit' | 'result' }>;

const doors = new WeakMap<Page, ConversionsDoor>();

/** The door of an element, one for as long as it lives. */
/** @param say tells screen readers, in the element's one voice */
export function conversionsDoor(page: Page, say: (text: string) => void): ConversionsDoor {
  const door = doors.get(page) ?? new ConversionsDoor(page, say);
  doors.set(page, door);
  return door;
}

class ConversionsDoor {
  readonly #page: Page;
  readonly #say: (text: string) => void;
  /** `null` before it is asked for, or why it could not be loaded. */
  #room: ConversionsRoom | Error | null = null;
  /** Results that came before the room was there. */
  #waiting: { readonly choice: Choice; readonly result: ConvertResult }[] = [];
  #isOpening = false;

  constructor(page: Page, say: (text: string) => void) {
    this.#page = page;
    this.#say = say;
    page.element.addController({ hostDisconnected: () => this.leave() });
  }

  /** Another step is shown, or none: nothing is measured any more. */
  leave(): void {
    if (!(this.#room instanceof Error)) this.#room?.cancel();
  }

  view(state: Shown, strings: Strings): TemplateResult | typeof nothing {
    if (state.step === 'result') {
      this.#keep(state);
      if (this.#room === null) void this.#open(strings);
      return this.#inside(state, strings);
    }
    const { size } = this;
    if (size === 0 && this.#page.store.preset.locked.has('scheme')) return nothing;
    const toggled = (event: Event): void => {
      if ((event.target as HTMLDetailsElement).open) void this.#open(strings);
    };
    return html`<details class="panel more" @toggle=${toggled}>
      <summary>
        ${strings.fit.conversions}
        ${size === 0 ? nothing : html`<span class="quiet">${strings.report.format.count(size)}</span>`}
      </summary>
      ${this.#inside(state, strings)}
    </details>`;
  }

  /** Rows that there are. */
  get size(): number {
    return this.#room === null || this.#room instanceof Error ? 0 : this.#room.size;
  }

  #inside(state: Shown, strings: Strings): TemplateResult | typeof nothing {
    const room = this.#room;
    if (room === null) return nothing;
    if (room instanceof Error) return html`<p role="alert">${strings.failures.views}</p>`;
    if (room.tag !== strings.language) void this.#open(strings);
    return room.view(state, strings);
  }

  #keep({ choice, result }: Extract<State, { step: 'result' }>): void {
    if (this.#room !== null && !(this.#room instanceof Error)) this.#room.keep(choice, result);
    else if (!this.#waiting.some((one) => one.result === result)) {
      this.#waiting.push({ choice, result });
      // What could not be loaded for one result may be there for the next.
      this.#room = null;
    }
  }

  async #open({ language }: Strings): Promise<void> {
    const room = this.#room;
    if (this.#isOpening || (room !== null && !(room instanceof Error) && room.tag === language)) return;
    this.#isOpening = true;
    try {
      const { ConversionsRoom } = await import('./conversions-room.js');
      this.#room = await ConversionsRoom.open(
        this.#page,
        this.#say,
        language,
        room instanceof Error ? null : room,
      );
      for (const { choice, result } of this.#waiting) this.#room.keep(choice, result);
      this.#waiting = [];
    } catch (cause) {
      this.#room = missing(cause);
    }
    this.#isOpening = false;
    this.#page.element.requestUpdate();
  }
}
