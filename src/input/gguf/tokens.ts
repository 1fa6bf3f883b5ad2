/** The tokens of a tokenizer in GGUF, and what its keys put around a text. */
import { FormatError } from '../../shared/errors.js';
import type { JsonObject, JsonValue } from '../../source/strict-json.js';
import { objectOf, type PieceKind } from '../sentencepiece.js';
import type { Metadata } from './metadata.js';
import { namedId, type TokenName } from './special-ids.js';

/** Kinds of tokens by their numbers in the file. */
const KINDS: readonly (PieceKind | undefined)[] = [
  undefined,
  'normal',
  'unknown',
  'control',
  'user',
  'unused',
  'byte',
];

export const TOKENS = 'tokenizer.ggml.tokens';
export const KINDS_KEY = 'tokenizer.ggml.token_type';
export const SCORES = 'tokenizer.ggml.scores';

export const FROM_FOLDER =
  'Take the folder of the original model, or convert it again with a present llama.cpp.';

/** A token of the file. */
export interface Token {
  readonly text: string;
  readonly kind: PieceKind;
}

/** All tokens in the order of their ids. @throws FormatError */
export function tokensOf(metadata: Metadata): readonly Token[] {
  const texts = metadata.list(TOKENS)?.texts();
  if (texts === undefined) throw metadata.wrong(TOKENS, 'the list of all tokens');
  const kinds = metadata.list(KINDS_KEY)?.numbers();
  if (kinds !== undefined && kinds.length !== texts.length)
    throw metadata.wrong(KINDS_KEY, `a list for all ${texts.length} tokens`);
  return texts.map((text, id) => {
    const kind = kinds === undefined ? 'normal' : KINDS[kinds[id] ?? 0];
    if (kind === undefined) throw metadata.wrong(KINDS_KEY, 'a list of numbers from 1 to 6');
    return { text, kind };
  });
}

/** The scores of all tokens. @throws FormatError */
export function scoresOf(metadata: Metadata, count: number): readonly number[] {
  const scores = metadata.list(SCORES)?.numbers();
  if (scores?.length !== count) throw metadata.wrong(SCORES, `the list of the scores of all ${count} tokens`);
  return scores;
}

/** What encoding puts around a text where the file does not say. */
export interface Around {
  readonly begins: boolean;
  readonly ends: boolean;
  /** Behind a text stands the separator instead of the end token. */
  readonly separates?: true;
}

/** The begin token before a text, and the end token or separator behind it, where the file says so. */
export function postProcessor(
  metadata: Metadata,
  tokens: readonly Token[],
  { begins, ends, separates }: Around,
): JsonValue {
  const adds = (
    name: TokenName,
    key: 'bos' | 'eos' | 'sep',
    byDefault: boolean,
  ): { readonly id: number; readonly text: string } | null => {
    if (!(metadata.flag(`tokenizer.ggml.add_${key}_token`) ?? byDefault)) return null;
    const id = namedId(metadata, name);
    const text = id === null ? undefined : tokens[id]?.text;
    return id === null || text === undefined ? null : { id, text };
  };
  const begin = adds('bos', 'bos', begins);
  const end = separates === true ? adds('seperator', 'sep', ends) : adds('eos', 'eos', ends);
  const both = [begin, end].filter((token) => token !== null);
  if (both.length === 0) return null;
  const special = (text: string): JsonObject =>
    objectOf({ SpecialToken: objectOf({ id: text, type_id: 0 }) });
  const sequence = objectOf({ Sequence: objectOf({ id: 'A', type_id: 0 }) });
  return objectOf({
    type: 'TemplateProcessing',
    single: [
      ...(begin === null ? [] : [special(begin.text)]),
      sequence,
      ...(end === null ? [] : [special(end.text)]),
    ],
    special_tokens: new Map(
      both.map(({ id, text }) => [text, objectOf({ id: text, ids: [id], tokens: [text] })] as const),
    ),
  });
}

export function addedToken(id: number, content: string, special: boolean): JsonObject {
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  return objectOf({ id, content, ...flags, special });
}

/** The error for a text that two tokens have. */
export function twice(metadata: Metadata, text: string): FormatError {
  return new FormatError(`The token ${JSON.stringify(text.slice(0, 60))} is there twice.`, {
    file: metadata.file,
    field: TOKENS,
    code: 'tokenizer',
    remedy: FROM_FOLDER,
  });
}
