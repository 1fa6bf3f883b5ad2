/** The words for boards, in the language of the page's other words. */
import { findLanguage } from '../../shared/languages.js';
import type { LanguageController } from '../language.js';
import { loadLanguage } from '../strings/languages.js';
import type { AllStrings, BoardStrings } from '../strings/strings.js';

export class BoardWords {
  readonly #page: LanguageController;
  readonly #changed: () => void;
  #board: BoardStrings;
  /** Language of {@link #board}, and the one that is being fetched. */
  #language: string;
  #wanted: string;
  #all: AllStrings | null = null;

  private constructor(page: LanguageController, changed: () => void, board: BoardStrings, language: string) {
    this.#page = page;
    this.#changed = changed;
    this.#board = board;
    this.#language = this.#wanted = language;
  }

  /**
   * @param page whose words they go with
   * @param changed something is to be drawn anew
   * @throws when they cannot be fetched
   */
  static async load(page: LanguageController, changed: () => void): Promise<BoardWords> {
    const language = page.all?.language ?? 'en';
    return new BoardWords(page, changed, await loadWords(language), language);
  }

  /** All words, `null` while those of another language are on their way. */
  get current(): AllStrings | null {
    const page = this.#page.all;
    if (page === null) return null;
    if (page.language !== this.#language) {
      this.#follow(page.language);
      return null;
    }
    if (this.#all?.fit !== page.fit) this.#all = { ...page, board: this.#board };
    return this.#all;
  }

  #follow(language: string): void {
    if (language === this.#wanted) return;
    this.#wanted = language;
    void loadWords(language)
      .then((board) => {
        if (this.#wanted !== language) return;
        this.#board = board;
      })
      // Words of the language before are better than none.
      .catch(() => undefined)
      .then(() => {
        if (this.#wanted !== language) return;
        this.#language = language;
        this.#all = null;
        this.#changed();
      });
  }
}

async function loadWords(language: string): Promise<BoardStrings> {
  return (await loadLanguage(findLanguage(language))).board();
}
