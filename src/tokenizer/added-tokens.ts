/** The `added_tokens` of tokenizer.json: texts that are found before anything else happens. */
import type { BesideToken } from '../input/special-tokens.js';
import { ConfigFields } from '../model/config-fields.js';
import { FormatError } from '../shared/errors.js';
import { isJsonObject } from '../source/strict-json.js';
import type { JsonValue } from '../source/strict-json.js';
import { text, wrongPart } from './component.js';
import { AddedFlag, MAX_ADDED, MAX_ADDED_BYTES, MAX_VOCAB } from './format.js';
import { normalize } from './normalizer.js';
import type { NormalStep } from './normalizer.js';

/** What messages name for tokens that are not in tokenizer.json. */
const BESIDE = 'tokenizer_config.json';

export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** What is searched for: the content, normalized when `normalized` is set. It is also the token's text. */
  readonly matched: string;
  readonly normalized: boolean;
  readonly special: boolean;
  /** `AddedFlag` bits. */
  readonly flags: number;
}

/**
 * Reads the added tokens.
 * @param vocab the model's vocabulary: a token that is in it keeps its id
 * @param beside tokens that stand elsewhere: those that the file lacks get the next ids, and others' flags hold
 * @throws FormatError, also when the library would give a token another id than the file says
 */
export function readAddedTokens(
  root: ConfigFields,
  vocab: ReadonlyMap<string, number>,
  normalizer: readonly NormalStep[],
  beside: readonly BesideToken[] = [],
): AddedToken[] {
  const list = root.isSet('added_tokens') ? root.raw('added_tokens') : [];
  if (!Array.isArray(list)) throw root.wrong('added_tokens', 'a list');
  if (list.length + beside.length > MAX_ADDED) {
    const count = list.length + beside.length;
    throw wrongPart(root, 'added_tokens', `There are ${count} added tokens; we take at most ${MAX_ADDED}.`);
  }
  const tokens = new Map<string, AddedToken>();
  let next = vocab.size; // the id of a token that the vocabulary lacks
  (list as readonly JsonValue[]).forEach((item, index) => {
    const path = `added_tokens[${index}]`;
    if (!isJsonObject(item)) throw broken(root.file, path, 'It is not an object.');
    const fields = new ConfigFields(item, root.file, `${path}.`);
    const content = text(fields, 'content');
    if (tokens.has(content)) throw broken(root.file, path, `${JSON.stringify(content)} is added twice.`);
    const id = fields.integer('id', undefined, { min: 0, max: MAX_VOCAB - 1 });
    const expected = vocab.get(content) ?? next++;
    if (id !== expected) {
      throw broken(
        root.file,
        path,
        `${JSON.stringify(content)} has the id ${id}, but in this vocabulary it can only get ${expected}.`,
      );
    }
    tokens.set(content, readToken(fields, path, id, normalizer));
  });
  for (const { fields: item, named, holds } of beside) {
    const path = `the token ${JSON.stringify(item.get('content'))}`;
    const fields = new ConfigFields(item, BESIDE, `${path}: `);
    const content = text(fields, 'content');
    const known = tokens.get(content);
    const token = readToken(fields, path, known?.id ?? vocab.get(content) ?? next++, normalizer);
    if (known !== undefined && (!holds || sameFlags(known, token))) continue;
    const special = token.special || named;
    tokens.set(content, { ...token, special, flags: token.flags | (special ? AddedFlag.Special : 0) });
  }
  refuseLikeness(root, [...tokens.values()]);
  return [...tokens.values()];
}

function readToken(
  fields: ConfigFields,
  path: string,
  id: number,
  normalizer: readonly NormalStep[],
): AddedToken {
  const content = text(fields, 'content');
  if (content === '') throw broken(fields.file, path, 'Its content is empty.');
  const normalized = fields.boolean('normalized', true);
  const matched = normalized ? normalize(normalizer, content) : content;
  if (matched === null)
    throw wrongPart(
      fields,
      path,
      'The normalizer may change it, which is only supported for texts of characters.',
    );
  if (new TextEncoder().encode(matched).length > MAX_ADDED_BYTES)
    throw wrongPart(fields, path, `It has more than ${MAX_ADDED_BYTES} bytes, the most that we take.`);
  const special = fields.boolean('special', false);
  const flags =
    (special ? AddedFlag.Special : 0) |
    (fields.boolean('single_word', false) ? AddedFlag.SingleWord : 0) |
    (fields.boolean('lstrip', false) ? AddedFlag.StripLeft : 0) |
    (fields.boolean('rstrip', false) ? AddedFlag.StripRight : 0);
  return { id, content, matched, normalized, special, flags };
}

function sameFlags(a: AddedToken, b: AddedToken): boolean {
  return a.flags === b.flags && a.normalized === b.normalized;
}

/** @throws FormatError for a token that no text could give, because another is written alike */
function refuseLikeness(root: ConfigFields, tokens: readonly AddedToken[]): void {
  const patterns = new Set<string>();
  for (const { content, matched, normalized } of tokens) {
    const key = `${normalized ? 'n' : 'r'}${matched}`;
    if (matched === '' || patterns.has(key))
      throw broken(
        root.file,
        'added_tokens',
        `${JSON.stringify(content)} cannot be told from another token.`,
      );
    patterns.add(key);
  }
}

function broken(file: string, field: string, problem: string): FormatError {
  return new FormatError(problem, {
    file,
    field,
    remedy: 'Take the file of the original model.',
  });
}
