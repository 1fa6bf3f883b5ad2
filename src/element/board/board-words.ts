/** The words for boards, in the language of the page's other words. */
import { findLanguage } from '../../shared/languages.js';
import { loadLanguage } from '../strings/languages.js';
import type { AllStrings, BoardStrings, Strings } from '../strings/strings.js';

/** Whose words they go with. */
export interface WordsHost {
  /** The page's words, `null` while they are on their way. */
  strings(): Strings | null;
  changed(): void;
}

export class BoardWords {
  readonly #host: WordsHost;
  #board: BoardStrings;
  /** Language of {@link #board}, and the one that is being fetched. */
  #language: string;
  #wanted: string;
  #all: AllStrings | null = null;

  private constructor(host: WordsHost, board: BoardStrings, language: string) {
    this.#host = host;
    this.#board = board;
    this.#language = this.#wanted = language;
  }

  /** @throws when they cannot be fetched */
  static async load(host: WordsHost): Promise<BoardWords> {
    const language = host.strings()?.language ?? 'en';
    return new BoardWords(host, await loadWords(language), language);
  }

  /** All words, `null` while those of another language are on their way. */
  get current(): AllStrings | null {
    const page = this.#host.strings();
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
        this.#host.changed();
      });
  }
}

async function loadWords(language: string): Promise<BoardStrings> {
  return (await loadLanguage(findLanguage(language))).board();
}
