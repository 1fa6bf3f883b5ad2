/** What was assumed, left out or done otherwise while a model was read: facts that every language puts into words. */

/** Facts of each note by its code. */
export interface NoteFacts {
  /** config.json names no architecture. */
  'architecture-assumed': { readonly architecture: string };
  /** The long rotary factors are not used. */
  'context-limited': { readonly positions: number; readonly original: number };
  /** The base of the rotary embedding would grow beyond the trained length, the longest context offered. */
  'rotary-dynamic': { readonly positions: number };
  /** A special id lies outside the vocabulary. */
  'ids-ignored': {
    readonly key: string;
    readonly ids: readonly number[];
    readonly file: string;
    readonly vocabSize: number;
  };
  /** No head is stored although tie_word_embeddings is not set. */
  'head-absent': object;
  /** A head is stored that differs from the embedding although tie_word_embeddings is set. */
  'head-ignored': object;
  /** Stored rotary tables are computed anew. */
  'rotary-recomputed': { readonly count: number };
  'tokenizer-absent': {
    /** The folder has the SentencePiece original instead. */
    readonly sentencePiece: boolean;
  };
  /** The tokenizer has more ids than the embedding rows. */
  'tokenizer-larger': { readonly ids: number; readonly rows: number };
  'tokenizer-setting': { readonly setting: string };
  'chat-absent': object;
  /** `reason` is the template's own or the library's, in English. */
  'chat-unused': { readonly reason: string };
  /** No begin token is added, because an end token would come with it. */
  'chat-no-begin': object;
  'chat-one-turn': { readonly reason: string };
  'chat-no-system': { readonly reason: string };
  /** The page permits no worker. */
  'on-page': object;
}

export type NoteCode = keyof NoteFacts;

export type Note = { readonly [Code in NoteCode]: { readonly code: Code } & NoteFacts[Code] }[NoteCode];

/** A sentence or two for each note. */
export type NoteWords = { readonly [Code in NoteCode]: (facts: NoteFacts[Code]) => string };

/** One note in words. */
export function sayNote(note: Note, words: NoteWords): string {
  const say = words[note.code] as (facts: Note) => string;
  return say(note);
}

export const ENGLISH_NOTES: NoteWords = {
  'architecture-assumed': ({ architecture }) =>
    `config.json names no architecture: ${architecture} is assumed.`,
  'context-limited': ({ positions, original }) =>
    `The long rotary factors are not used: the longest context offered is ${positions} of ${original} positions.`,
  'rotary-dynamic': ({ positions }) =>
    `The rotary embedding is dynamic: it holds as trained up to position ${positions}, the longest context offered.`,
  'ids-ignored': ({ key, ids, file, vocabSize }) =>
    `${key} ${ids.join(', ')} in ${file} is outside the vocabulary of ${vocabSize} and is ignored.`,
  'head-absent': () =>
    'No head is stored although tie_word_embeddings is not set: the embedding is used as the head.',
  'head-ignored': () =>
    'A head is stored that differs from the embedding, but tie_word_embeddings is set: the embedding is used as the head.',
  'rotary-recomputed': ({ count }) =>
    `${count} stored rotary tables (rotary_emb.inv_freq) are computed anew and were left out.`,
  'tokenizer-absent': ({ sentencePiece }) =>
    'The folder has no tokenizer.json: the package takes ids, not text.' +
    (sentencePiece
      ? ` It has a tokenizer.model: transformers' AutoTokenizer.from_pretrained("FOLDER").save_pretrained("FOLDER") makes a tokenizer.json of it.`
      : ''),
  'tokenizer-larger': ({ ids, rows }) =>
    `The tokenizer has ${ids} ids, the embedding ${rows} rows: ids beyond cannot be used.`,
  'tokenizer-setting': ({ setting }) =>
    `The tokenizer's ${setting} setting is left out: it is meant for training.`,
  'chat-absent': () => 'The model has no chat template: it continues text.',
  'chat-unused': ({ reason }) => `The chat template is not used, and the model continues text: ${reason}.`,
  'chat-no-begin': () =>
    'The chat template writes no begin token, and the tokenizer would also add an end token: neither is added.',
  'chat-one-turn': ({ reason }) =>
    `The chat template does not allow a second turn, so every question starts a new conversation (${reason}).`,
  'chat-no-system': ({ reason }) => `The chat template does not allow a system text of your own (${reason}).`,
  'on-page': () =>
    "The page permits no worker, so it does the work itself and may stutter. Add 'worker-src blob:' to its " +
    'Content-Security-Policy, or name a copy of worker.js with the attribute worker-url.',
};
