/** What a language of the element has to say; English is the model. `languages.ts` lists the languages. */
import type { enAll } from './en/all.js';
import type { enBoard } from './en/board.js';
import type { enFirst } from './en/first.js';

/** The words of the first view. */
export type FirstStrings = typeof enFirst;

/** The words of a conversion. */
export type Strings = typeof enAll;

/** Those of boards, which come with the views for boards. */
export type BoardStrings = typeof enBoard;

/** All words. */
export type AllStrings = Strings & { readonly board: BoardStrings };

/** A language: the `index.ts` of its folder. What is not needed at first is fetched when it is asked for. */
export interface Dictionary {
  readonly first: FirstStrings;
  readonly all: () => Promise<Strings>;
  readonly board: () => Promise<BoardStrings>;
}
