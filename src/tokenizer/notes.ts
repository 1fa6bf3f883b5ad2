/** What reading a tokenizer and its chat template leaves out or does otherwise. */
import type { NoteOf, WordsFor } from '../shared/notes.js';

/** Facts of each note by its code. */
export interface TokenizerNotes {
  'tokenizer-setting': { readonly setting: string };
  'chat-absent': object;
  /** `reason` is the template's own or the library's, in English. */
  'chat-unused': { readonly reason: string };
  /** A chat begins without the begin token that other texts get; it can be chosen. */
  'chat-no-begin': object;
  /** The template asks for today's date, and gets this one. */
  'chat-date': { readonly date: string };
  'chat-one-turn': { readonly reason: string };
  'chat-no-system': { readonly reason: string };
}

export type Note = NoteOf<TokenizerNotes>;

export const TOKENIZER_NOTES: WordsFor<TokenizerNotes> = {
  'tokenizer-setting': ({ setting }) =>
    `The tokenizer's ${setting} setting is left out: it is meant for training.`,
  'chat-absent': () => 'The model has no chat template: it continues text.',
  'chat-unused': ({ reason }) => `The chat template is not used, and the model continues text: ${reason}.`,
  'chat-no-begin': () =>
    'The chat template writes no begin token, so chats begin without one, as in transformers. If the answers make no sense, choose “With the begin token” (--chat begin).',
  'chat-date': ({ date }) => `The chat template writes today's date; here it is always ${date}.`,
  'chat-one-turn': ({ reason }) =>
    `The chat template does not allow a second turn, so every question starts a new conversation (${reason}).`,
  'chat-no-system': ({ reason }) => `The chat template does not allow a system text of your own (${reason}).`,
};
