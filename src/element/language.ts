/** The language of an element: found from the page, its dictionary loaded when it is needed. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { enFirst } from './strings/en-first.js';
import {
  findLanguage,
  loadStrings,
  type FirstStrings,
  type Language,
  type Strings,
} from './strings/strings.js';

/**
 * Follows the nearest `lang` around the element. English needs nothing for the first view; other languages are fetched
 * before it is drawn in them. What cannot be fetched leaves English.
 */
export class LanguageController implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement;
  #language: Language = 'en';
  #strings: Strings | null = null;
  /** A dictionary is on its way; the element waits with its first drawing. */
  #loading: Promise<void> | null = null;

  constructor(host: ReactiveControllerHost & HTMLElement) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.follow();
  }

  /** Looks at the page again: after the element moved, or its `lang` changed. */
  follow(): void {
    const wanted = findLanguage(nearestLanguage(this.#host));
    if (wanted === this.#language) return;
    this.#language = wanted;
    this.#strings = null;
    this.#host.requestUpdate();
    // English is here already; the others are needed for the first view.
    if (wanted !== 'en') void this.load().catch(() => undefined);
  }

  /** The language that is shown, BCP 47. */
  get language(): string {
    return this.first.language;
  }

  /** Words of the first view. */
  get first(): FirstStrings {
    return this.#strings ?? enFirst;
  }

  /** All words, `null` before they are loaded. */
  get all(): Strings | null {
    return this.#strings;
  }

  /** Whether words for the first view are still on their way. */
  get pending(): boolean {
    return this.#loading !== null && this.#strings === null && this.#language !== 'en';
  }

  /** Loads all words. @throws when they cannot be fetched */
  async load(): Promise<void> {
    if (this.#strings !== null) return;
    const language = this.#language;
    this.#loading ??= loadStrings(language).then(
      (strings) => {
        this.#loading = null;
        // The language may have changed meanwhile.
        if (language === this.#language) this.#strings = strings;
        this.#host.requestUpdate();
      },
      (error: unknown) => {
        this.#loading = null;
        this.#language = 'en';
        this.#host.requestUpdate();
        throw error;
      },
    );
    await this.#loading;
    if (language !== this.#language) await this.load();
  }
}

/** The `lang` of the element or of what is around it, out of shadow trees too. */
function nearestLanguage(element: Element): string {
  for (let at: Element | null = element; at !== null;) {
    const found = at.closest('[lang]');
    if (found !== null) return found.getAttribute('lang') ?? 'en';
    const root = at.getRootNode();
    at = root instanceof ShadowRoot ? root.host : null;
  }
  return 'en';
}
