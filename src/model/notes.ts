/** What reading a model assumes, leaves out or does otherwise. */
import type { NoteOf, WordsFor } from '../shared/notes.js';

/** Facts of each note by its code. */
export interface ModelNotes {
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
  /** A sampling default makes no sense. */
  'sampling-ignored': { readonly key: string; readonly value: string; readonly file: string };
  /** No head is stored although tie_word_embeddings is not set. */
  'head-absent': object;
  /** A head is stored that differs from the embedding although tie_word_embeddings is set. */
  'head-differs': object;
  /** Stored rotary tables are computed anew. */
  'rotary-recomputed': { readonly count: number };
}

export type Note = NoteOf<ModelNotes>;

export const MODEL_NOTES: WordsFor<ModelNotes> = {
  'architecture-assumed': ({ architecture }) =>
    `config.json names no architecture: ${architecture} is assumed.`,
  'context-limited': ({ positions, original }) =>
    `The long rotary factors are not used: the longest context offered is ${positions} of ${original} positions.`,
  'rotary-dynamic': ({ positions }) =>
    `The rotary embedding is dynamic: it holds as trained up to position ${positions}, the longest context offered.`,
  'ids-ignored': ({ key, ids, file, vocabSize }) =>
    `${key} ${ids.join(', ')} in ${file} is outside the vocabulary of ${vocabSize} and is ignored.`,
  'sampling-ignored': ({ key, value, file }) => `${key} ${value} in ${file} makes no sense and is ignored.`,
  'head-absent': () =>
    'No head is stored although tie_word_embeddings is not set: the embedding is used as the head.',
  'head-differs': () =>
    'A head is stored that differs from the embedding: it is used, although tie_word_embeddings is set.',
  'rotary-recomputed': ({ count }) =>
    `${count} stored rotary tables (rotary_emb.inv_freq) are computed anew and were left out.`,
};
