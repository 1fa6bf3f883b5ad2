import { ENGLISH_NOTES, sayNote, type Note } from '../src/shared/notes.js';

/** Notes in English, one after the other. */
export function said(notes: readonly Note[]): string {
  return notes.map((note) => sayNote(note, ENGLISH_NOTES)).join(' ');
}
