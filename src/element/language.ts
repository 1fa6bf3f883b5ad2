/** The language of an element: found from the page, its dictionary loaded when it is needed. */
import { html, nothing, type ReactiveController, type LitElement, type TemplateResult } from 'lit';
import { findLanguage, type Language } from '../shared/languages.js';
import type * as Explaining from './explain.js';
import type { Failure } from './state.js';
import type { StoreOptions } from './store.js';
import { enFirst } from './strings/en/first.js';
import { loadLanguage } from './strings/languages.js';
import type { FirstStrings, Strings } from './strings/strings.js';

/** As {@link Explaining.failureView} takes them, but for the words. */
type FailureOptions = [
  failure: Failure | null,
  dismiss: (() => void) | null,
  at?: string | null,
  choose?: (choice: string) => void,
];

/**
 * Follows the nearest `lang` around the element. English needs nothing for the first view; other languages are fetched
 * before it is drawn in them. What cannot be fetched leaves English.
 */
export class LanguageController implements ReactiveController {
  readonly #host: LitElement;
  #language: Language = 'en';
  /** `null` while they are on their way. */
  #first: FirstStrings | null = enFirst;
  #strings: Strings | null = null;
  /** Comes with the words. */
  #explaining: typeof Explaining | null = null;
  #loading: Promise<void> | null = null;
  /** Views beyond the first are shown and wait for the words of another language. */
  #waiting = false;

  constructor(host: LitElement) {
    this.#host = host;
    host.addController(this);
  }

  /** Where it is connected again, words may be there that it waited for. */
  hostConnected(): void {
    this.follow();
    this.#host.requestUpdate();
  }

  /** Looks at the page again: after the element moved, or its `lang` changed. */
  follow(): void {
    const wanted = findLanguage(nearestLanguage(this.#host));
    if (wanted === this.#language) return;
    const views = this.#strings !== null;
    this.#use(wanted);
    if (wanted === 'en') this.#first = enFirst;
    else void this.#loadFirst(wanted);
    // What is shown beyond the first view stays in one language.
    if (!views) return;
    this.#waiting = true;
    void this.load()
      .catch(() => undefined)
      .then(() => {
        this.#waiting = false;
        this.#host.requestUpdate();
      });
  }

  /** The language that is shown, BCP 47. */
  get language(): string {
    return this.first.language;
  }

  /** Words of the first view. */
  get first(): FirstStrings {
    return this.#strings ?? this.#first ?? enFirst;
  }

  /** All words, `null` before they are loaded. */
  get all(): Strings | null {
    return this.#strings;
  }

  /** Whether words for what is shown are still on their way. */
  get pending(): boolean {
    return this.#strings === null && (this.#first === null || this.#waiting);
  }

  /** An error in these words. When they could not be loaded, neither could whatever else failed. */
  explain(...[error, doing]: Parameters<StoreOptions['explain']>): Failure {
    if (this.#strings !== null && this.#explaining !== null)
      return this.#explaining.explain(error, doing, this.#strings);
    const { views: title, reload: help } = this.first.failures;
    return { title, help, message: error.message, error };
  }

  /** A failure as it is shown: as `failureView`, or in short where that could not be loaded either. */
  failure(...[failure, dismiss, at, choose]: FailureOptions): TemplateResult | typeof nothing {
    if (failure === null) return nothing;
    return (
      this.#explaining?.failureView(failure, this.first, dismiss, at, choose) ??
      html`<p class="failure">${failure.title}. ${failure.help}</p>`
    );
  }

  /** Loads all words. @throws when they cannot be fetched */
  async load(): Promise<void> {
    if (this.#strings !== null) return;
    const language = this.#language;
    this.#loading ??= Promise.all([
      loadLanguage(language).then((found) => found.all()),
      import('./explain.js'),
    ]).then(
      ([strings, explaining]) => {
        if (this.#explaining === null) explaining.followFailures(this.#host);
        this.#explaining = explaining;
        // The language may have changed meanwhile.
        if (language !== this.#language) return;
        this.#loading = null;
        this.#strings = strings;
        this.#host.requestUpdate();
      },
      (error: unknown) => {
        if (language !== this.#language) return;
        this.#loading = null;
        if (language === 'en') throw error;
        // Half a page in another language is worse than English.
        this.#use('en');
        this.#first = enFirst;
      },
    );
    await this.#loading;
    if (this.#strings === null) await this.load();
  }

  async #loadFirst(language: Language): Promise<void> {
    const found = await loadLanguage(language).catch(() => null);
    if (language !== this.#language) return;
    if (found === null) this.#use('en');
    this.#first = found?.first ?? enFirst;
    this.#host.requestUpdate();
  }

  #use(language: Language): void {
    this.#language = language;
    this.#first = null;
    this.#strings = null;
    this.#loading = null;
    this.#host.requestUpdate();
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
