/** What edits leave out. */
import type { NoteOf, WordsFor } from '../shared/notes.js';
import type { TokenizerNotes } from '../tokenizer/notes.js';

/** Facts of each note by its code. */
export interface EditNotes {
  /** Tokens that are left, of those that there were rows for. */
  'vocabulary-cut': { readonly kept: number; readonly of: number };
}

export type Note = NoteOf<EditNotes & TokenizerNotes>;

export const EDIT_NOTES: WordsFor<EditNotes> = {
  'vocabulary-cut': ({ kept, of }) =>
    `The vocabulary is cut to ${kept} of ${of} tokens: words without a token of their own are read and written in pieces.`,
};
