/** meta.pkl of nanoGPT: a vocabulary of single characters, as a tokenizer without merges. */
import { PickleError, PickleMap } from '../checkpoint/pickle-values.js';
import { readPickle } from '../checkpoint/pickle.js';
import { FormatError } from '../shared/errors.js';
import type { ByteSource } from '../source/byte-source.js';
import type { JsonValue } from '../source/strict-json.js';
import type { TokenizerPart } from './model-input.js';
import { objectOf } from './sentencepiece.js';

/** Longest file: a character takes some 20 bytes, twice, and there are 160,000 in Unicode. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Reads the characters.
 * @throws FormatError when it is no such vocabulary; TransportError
 */
export async function readCharacters(source: ByteSource, signal?: AbortSignal): Promise<TokenizerPart> {
  const fail = (problem: string): FormatError =>
    new FormatError(problem, {
      file: source.name,
      code: 'broken-file',
      remedy:
        'Take the meta.pkl that prepare.py wrote beside the training data, or remove it to convert without a tokenizer.',
    });
  if (source.size > MAX_BYTES)
    throw fail(`It has ${source.size} bytes, more than any vocabulary of characters.`);
  const bytes = await source.read(0, source.size, signal);
  let ids: ReadonlyMap<string, JsonValue>;
  try {
    const { value } = readPickle(bytes);
    const found = value instanceof PickleMap ? value.entries.get('stoi') : undefined;
    if (!(found instanceof PickleMap)) throw fail('It holds no ids of characters (stoi).');
    ids = found.entries as ReadonlyMap<string, JsonValue>;
  } catch (error) {
    if (error instanceof PickleError) throw fail(`It is not a pickle that is read: ${error.message}`);
    throw error;
  }
  const owners = new Map<number, string>();
  for (const [text, id] of ids) {
    if (text === '' || typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0)
      throw fail(`${JSON.stringify(text.slice(0, 40))} has no id.`);
    if (owners.has(id)) throw fail(`Two characters have the id ${id}.`);
    if ([...text].length !== 1)
      throw fail(
        `${JSON.stringify(text.slice(0, 40))} is no single character, so its text may be split in several ways.`,
      );
    owners.set(id, text);
  }
  if (owners.size === 0) throw fail('It has no characters.');
  const fields = objectOf({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: objectOf({ type: 'Fuse' }),
    model: objectOf({
      type: 'BPE',
      dropout: null,
      unk_token: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab: new Map<string, JsonValue>(ids),
      merges: [],
    }),
  });
  return { definition: { fields, file: source.name }, names: null, added: [] };
}
