/** What the element says to screen readers: one sentence at a time, in its one live region. */
import type { announcement } from './announcements.js';
import { Esp32LlmErrorEvent } from './events/error-event.js';
import type { Page } from './page.js';
import type { Failure, State } from './state.js';

export class LiveRegion {
  readonly #page: Page;
  /** What it spoke of last. */
  #told: State;
  #text = '';

  constructor(page: Page) {
    this.#page = page;
    this.#told = page.store.state;
  }

  /** What stands in the region. */
  get text(): string {
    return this.#text;
  }

  /**
   * Says what changed, as soon as its words are there.
   * @param later what knows the words of the steps after the first two, `null` before it is loaded
   */
  follow(later: { readonly announcement: typeof announcement } | null): void {
    const { store, words } = this.#page;
    const now = store.state;
    // What a setting comes to is said when its plan is there.
    if (now === this.#told || (now.step === 'fit' && now.planning)) return;
    let text: string | null;
    if (now.step === 'choose') text = now.failure?.title ?? '';
    else if (now.step === 'reading')
      text = isReading(this.#told, now.name) ? null : words.first.reading.heading(now.name);
    else if (later === null || words.all === null) return;
    else text = later.announcement(now, this.#told, words.all);
    this.#told = now;
    if (text !== null) this.say(text);
  }

  /** Says a sentence. Screen readers pass over one that stands there already, so it gets another end. */
  say(text: string): void {
    this.#text = text !== '' && text === this.#text ? `${text}\u00a0` : text;
    this.#page.element.requestUpdate();
  }

  /** Says a failure that belongs to no step, and tells embedders of it. */
  alert(failure: Failure): void {
    this.say(failure.title);
    this.#page.element.dispatchEvent(new Esp32LlmErrorEvent(failure.message, failure.error));
  }
}

/** A download that goes on is nothing new. */
function isReading(told: State, name: string): boolean {
  return told.step === 'reading' && told.name === name;
}
