/** Words of a part that is loaded after the first view: fetched in the element's language when they are first asked for. */
import { findLanguage, type Language } from '../shared/languages.js';
import type { Page } from './page.js';

export class LazyWords<Strings> {
  readonly #page: Page;
  readonly #load: (language: Language) => Promise<Strings>;
  #words: { readonly language: Language; readonly strings: Strings | null } | null = null;

  constructor(page: Page, load: (language: Language) => Promise<Strings>) {
    this.#page = page;
    this.#load = load;
  }

  /** `null` while they are on their way, after which the element is drawn again. */
  get current(): Strings | null {
    const language = findLanguage(this.#page.words.language);
    if (this.#words?.language !== language) {
      const words = (this.#words = { language, strings: null });
      this.#load(language).then(
        (strings) => {
          if (this.#words !== words) return;
          this.#words = { language, strings };
          this.#page.element.requestUpdate();
        },
        () => undefined,
      );
    }
    return this.#words?.strings ?? null;
  }
}
