/** Every note about a model that was read: those of the rooms, and those about model and tokenizer together. */
import { EDIT_NOTES, type EditNotes } from '../edit/notes.js';
import { MODEL_NOTES, type ModelNotes } from '../model/notes.js';
import type { NoteOf, WordsFor } from '../shared/notes.js';
import { TOKENIZER_NOTES, type TokenizerNotes } from '../tokenizer/notes.js';

/** What a given text is for. */
export type TextPurpose = 'calibration' | 'evaluation';

/** Facts of each note by its code. */
export interface PipelineNotes extends ModelNotes, TokenizerNotes, EditNotes {
  'tokenizer-absent': {
    /** The folder has the SentencePiece original instead. */
    readonly sentencePiece: boolean;
  };
  /** It is known which tokenizer is missing. */
  'tokenizer-wanted': { readonly isGpt2: boolean };
  /** The tokenizer's begin or end token has another id than the model's. */
  'tokenizer-other': { readonly token: string; readonly id: number; readonly ids: readonly number[] };
  /** A text was longer than the time that is spent on it. */
  'calibration-cut': { readonly tokens: number };
  'evaluation-cut': { readonly tokens: number };
  /** A file beside the model's action card is part of its package, or is not, with the reason. */
  'file-used': { readonly file: string };
  'file-ignored': { readonly file: string; readonly problem: string };
  /** The tokenizer has more ids than the embedding rows. */
  'tokenizer-larger': { readonly ids: number; readonly rows: number };
}

export type Note = NoteOf<PipelineNotes>;

export const ENGLISH_NOTES: WordsFor<PipelineNotes> = {
  ...MODEL_NOTES,
  ...TOKENIZER_NOTES,
  ...EDIT_NOTES,
  'tokenizer-absent': ({ sentencePiece }) =>
    'The folder has no tokenizer.json: the package takes ids, not text.' +
    (sentencePiece
      ? ` It has a tokenizer.model: transformers' AutoTokenizer.from_pretrained("FOLDER").save_pretrained("FOLDER") makes a tokenizer.json of it.`
      : ''),
  'tokenizer-wanted': ({ isGpt2 }) =>
    isGpt2
      ? 'The model was trained with the tokenizer of GPT-2: put tokenizer.json of openai-community/gpt2 beside it.'
      : 'If the model was trained on characters, put the meta.pkl of its training data beside it; else its tokenizer.json.',
  'tokenizer-other': ({ token, id, ids }) =>
    `${token} has the id ${id} in the tokenizer, but the model has ${ids.join(', ')} in its place: check that the tokenizer is this model's.`,
  'calibration-cut': ({ tokens }) => cutText('calibration', tokens),
  'evaluation-cut': ({ tokens }) => cutText('evaluation', tokens),
  'file-used': ({ file }) => `${file} of the model's folder goes into the package.`,
  'file-ignored': ({ file, problem }) => `${file} of the model's folder is not used. ${problem}`,
  'tokenizer-larger': ({ ids, rows }) =>
    `The tokenizer has ${ids} ids, the embedding ${rows} rows: ids beyond cannot be used.`,
};

function cutText(purpose: TextPurpose, tokens: number): string {
  return `The text for ${purpose} is cut after ${tokens} tokens, which take about a minute; the rest is not used.`;
}
