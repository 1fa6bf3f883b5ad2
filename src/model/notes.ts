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
  /** No head is stored although tie_word_embeddings is not set. */
  'head-absent': object;
  /** A head is stored that differs from the embedding although tie_word_embeddings is set. */
  'head-differs': object;
  /** Stored buffers (rotary tables, masks) are computed anew. */
  'buffers-recomputed': { readonly count: number; readonly example: string };
  /** Names without what training wrapped the model in. */
  unwrapped: { readonly parts: string };
  /** Doubles are read as F32. */
  'doubles-narrowed': { readonly count: number };
  /** The config announces biases that are not stored. */
  'biases-absent': { readonly count: number };
  /** A quantization is left in the config of weights that are numbers. */
  'quantization-ignored': { readonly key: string };
  /** An adapter's description lies beside whole weights. */
  'adapter-ignored': { readonly file: string };
  /** An adapter beside the base model is merged into it. */
  'adapter-merged': { readonly file: string; readonly tensors: number };
  /** generation_config.json, or a key of it, makes no sense. */
  'generation-ignored': { readonly file: string; readonly key: string | null };
}

export type Note = NoteOf<ModelNotes>;

export const MODEL_NOTES: WordsFor<ModelNotes> = {
  'architecture-assumed': ({ architecture }) =>
    `config.json names no architecture: ${architecture} is assumed.`,
  'context-limited': ({ positions, original }) =>
    `The rotary factors are the short ones, which hold for ${positions} of ${original} positions. A longer context has the long ones from its first token on: ask for it where you need it.`,
  'rotary-dynamic': ({ positions }) =>
    `The rotary embedding is dynamic: it holds as trained up to position ${positions}. A longer context stretches it from the first token on: ask for it where you need it.`,
  'ids-ignored': ({ key, ids, file, vocabSize }) =>
    `${key} ${ids.join(', ')} in ${file} is outside the vocabulary of ${vocabSize} and is ignored.`,
  'head-absent': () =>
    'No head is stored although tie_word_embeddings is not set: the embedding is used as the head.',
  'head-differs': () =>
    'A head is stored that differs from the embedding: it is used, although tie_word_embeddings is set.',
  'buffers-recomputed': ({ count, example }) =>
    `${count} stored ${count === 1 ? 'buffer that is computed anew was' : 'buffers that are computed anew were'} left out, such as ${example}.`,
  unwrapped: ({ parts }) => `The names of the tensors are read without ${parts}, which training put there.`,
  'doubles-narrowed': ({ count }) =>
    `${count} ${count === 1 ? 'tensor of doubles (F64) is' : 'tensors of doubles (F64) are'} read as F32.`,
  'biases-absent': ({ count }) =>
    count === 1
      ? '1 bias that config.json announces is not stored: it is taken as zero.'
      : `${count} biases that config.json announces are not stored: they are taken as zero.`,
  'quantization-ignored': ({ key }) =>
    `${key} in config.json is ignored: the weights are numbers, not codes.`,
  'adapter-ignored': ({ file }) =>
    `${file} is ignored: the folder has no adapter's weights, and the model's are taken as they are.`,
  'adapter-merged': ({ file, tensors }) =>
    `The adapter ${file} is merged into ${tensors} ${tensors === 1 ? 'tensor' : 'tensors'} of the model. If the weights have it already, take its files out of the folder.`,
  'generation-ignored': ({ file, key }) =>
    `${key === null ? file : `${key} in ${file}`} makes no sense and is ignored.`,
};
