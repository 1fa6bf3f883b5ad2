/** What the parts of the element share. */
import type { ReactiveControllerHost } from 'lit';
import type { BoardSeams } from './board/board-seams.js';
import type { LanguageController } from './language.js';
import type { PageAttributes } from './page-attributes.js';
import type { PageFiles } from './page-files.js';
import type { ConverterStore } from './store.js';

/** The element: where views are drawn and events are fired, with what a page and a person can both ask of it. */
export interface PageElement extends ReactiveControllerHost, HTMLElement, PageAttributes {
  convert(): Promise<void>;
  cancel(): void;
  reset(): void;
}

export interface Page {
  readonly element: PageElement;
  readonly store: ConverterStore;
  readonly words: LanguageController;
  readonly files: PageFiles;
  readonly boardSeams: () => BoardSeams;
}
