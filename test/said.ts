import { ENGLISH_NOTES, type Note } from '../src/pipeline/notes.js';
import { sayNote } from '../src/shared/notes.js';

/** Notes in English, one after the other. */
export function said(notes: readonly Note[]): string {
  return notes.map((note) => sayNote(note, ENGLISH_NOTES)).join(' ');
}
