/** The `added_tokens` of tokenizer.json: texts that are found before anything else happens. */
import { ConfigFields } from '../model/config-fields.js';
import { FormatError } from '../shared/errors.js';
import { isJsonObject } from '../source/strict-json.js';
import type { JsonValue } from '../source/strict-json.js';
import { text } from './component.js';
import { AddedFlag, MAX_ADDED, MAX_ADDED_BYTES, MAX_VOCAB } from './format.js';
import { normalize } from './pipeline.js';
import type { NormalStep } from './pipeline.js';

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
 * @throws FormatError, also when the library would give a token another id than the file says
 */
export function readAddedTokens(
  root: ConfigFields,
  vocab: ReadonlyMap<string, number>,
  normalizer: readonly NormalStep[],
): AddedToken[] {
  if (!root.isSet('added_tokens')) return [];
  const list = root.raw('added_tokens');
  if (!Array.isArray(list)) throw root.wrong('added_tokens', 'a list');
  if (list.length > MAX_ADDED)
    throw broken(
      root.file,
      'added_tokens',
      `It has ${list.length} tokens; at most ${MAX_ADDED} are possible.`,
    );
  const contents = new Set<string>();
  const patterns = new Set<string>();
  let next = vocab.size; // the id of a token that the vocabulary lacks
  return (list as readonly JsonValue[]).map((item, index): AddedToken => {
    const path = `added_tokens[${index}]`;
    if (!isJsonObject(item)) throw broken(root.file, path, 'It is not an object.');
    const fields = new ConfigFields(item, root.file, `${path}.`);
    const content = text(fields, 'content');
    if (content === '') throw broken(root.file, path, 'Its content is empty.');
    if (contents.has(content)) throw broken(root.file, path, `${JSON.stringify(content)} is added twice.`);
    contents.add(content);
    const id = fields.integer('id', undefined, { min: 0, max: MAX_VOCAB - 1 });
    const expected = vocab.get(content) ?? next++;
    if (id !== expected) {
      throw broken(
        root.file,
        path,
        `${JSON.stringify(content)} has the id ${id}, but in this vocabulary it can only get ${expected}.`,
      );
    }
    const normalized = fields.boolean('normalized', true);
    const matched = normalized ? normalize(normalizer, content) : content;
    const key = `${normalized ? 'n' : 'r'}${matched}`;
    if (matched === '' || patterns.has(key))
      throw broken(root.file, path, `${JSON.stringify(content)} cannot be told from another token.`);
    patterns.add(key);
    if (new TextEncoder().encode(matched).length > MAX_ADDED_BYTES)
      throw broken(root.file, path, `It has more than ${MAX_ADDED_BYTES} bytes.`);
    const special = fields.boolean('special', false);
    const flags =
      (special ? AddedFlag.Special : 0) |
      (fields.boolean('single_word', false) ? AddedFlag.SingleWord : 0) |
      (fields.boolean('lstrip', false) ? AddedFlag.StripLeft : 0) |
      (fields.boolean('rstrip', false) ? AddedFlag.StripRight : 0);
    return { id, content, matched, normalized, special, flags };
  });
}

function broken(file: string, field: string, problem: string): FormatError {
  return new FormatError(problem, {
    file,
    field,
    remedy: 'Take the file of the original model.',
  });
}
