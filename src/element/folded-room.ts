/** Something folded away whose code and words are fetched when a person opens it. */
import { html, nothing, type TemplateResult } from 'lit';
import { findLanguage, type Language } from '../shared/languages.js';
import { missing } from './missing.js';
import type { Page } from './page.js';
import type { Strings } from './strings/strings.js';

export class FoldedRoom<Room extends { readonly language: Language }> {
  readonly #page: Page;
  readonly #open: (page: Page, language: Language) => Promise<Room>;
  /** `null` before a person opens it, or why it could not be loaded. */
  #room: Room | Error | null = null;

  /** @param open fetches it; throws when it cannot be had */
  constructor(page: Page, open: (page: Page, language: Language) => Promise<Room>) {
    this.#page = page;
    this.#open = open;
  }

  /** `null` before it is there. */
  get room(): Room | null {
    return this.#room instanceof Error ? null : this.#room;
  }

  view(
    name: string,
    summary: string,
    strings: Strings,
    draw: (room: Room) => TemplateResult,
  ): TemplateResult {
    const room = this.#room;
    const toggled = (event: Event): void => {
      if ((event.target as HTMLDetailsElement).open) void this.#load(findLanguage(strings.language));
    };
    return html`<details class=${`panel more ${name}`} @toggle=${toggled}>
      <summary>${summary}</summary>
      ${
        room === null
          ? nothing
          : room instanceof Error
            ? html`<p role="alert">${strings.failures.views}</p>`
            : draw(room)
      }
    </details>`;
  }

  async #load(language: Language): Promise<void> {
    if (this.room?.language === language) return;
    try {
      this.#room = await this.#open(this.#page, language);
    } catch (cause) {
      this.#room = missing(cause);
    }
    this.#page.element.requestUpdate();
  }
}
