/** Every note that a page shows: those about its model, and the one about the worker that it does without. */
import { ENGLISH_NOTES, type PipelineNotes } from '../pipeline/notes.js';
import type { NoteOf, WordsFor } from '../shared/notes.js';

/** Facts of each note by its code. */
export interface PageNotes extends PipelineNotes {
  /** The page permits no worker. */
  'on-page': object;
}

export type Note = NoteOf<PageNotes>;

/** What a language has to say of them. */
export type NoteWords = WordsFor<PageNotes>;

export const ENGLISH_PAGE_NOTES: NoteWords = {
  ...ENGLISH_NOTES,
  'on-page': () =>
    "The page permits no worker, so it does the work itself and may stutter. Add 'worker-src blob:' to its " +
    'Content-Security-Policy, or name a copy of worker.js with the attribute worker-url.',
};

/** Said where no worker may start: the page then does the work between its own turns. */
export const ON_PAGE: Note = { code: 'on-page' };
