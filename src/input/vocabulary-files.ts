/** Vocabularies in files of their own (vocab.json with merges.txt, vocab.txt, tiktoken) in the form of tokenizer.json. */
import { FormatError, UnsupportedError } from '../shared/errors.js';
import type { JsonObject, JsonValue } from '../source/strict-json.js';
import { objectOf } from './sentencepiece.js';

/** Expressions by which the classes of Qwen 2 and of tiktoken cut texts into words. */
const QWEN2 = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const TIKTOKEN = QWEN2.replace(String.raw`|\p{N}|`, String.raw`|\p{N}{1,3}|`);

/** How words are cut, and what happens to texts before. */
export type ByteLevelClass = 'gpt2' | 'qwen2' | 'neox';

/** Byte-level BPE by a vocabulary and its merges. */
export function byteLevelDefinition(
  vocab: JsonObject,
  merges: readonly JsonValue[],
  rules: ByteLevelClass,
  addPrefixSpace: boolean,
): JsonObject {
  const byteLevel = byteLevelPart(addPrefixSpace, rules !== 'qwen2');
  return definition({
    normalizer: rules === 'gpt2' ? null : objectOf({ type: 'NFC' }),
    pre_tokenizer: rules === 'qwen2' ? sequence(split(QWEN2), byteLevel) : byteLevel,
    decoder: objectOf({ type: 'ByteLevel' }),
    model: bpe(vocab, merges, false),
  });
}

/**
 * Lines of merges.txt: two tokens with a space between them, one merge a line.
 * @throws FormatError
 */
export function readMerges(text: string, file: string): JsonValue[] {
  const lines = text.split(/\r?\n/);
  while (lines.at(-1) === '') lines.pop();
  return lines.flatMap((line, index): JsonValue[] => {
    if (line.startsWith('#version')) return [];
    const pair = line.split(' ');
    if (pair.length !== 2) throw broken(file, `Line ${index + 1} is not a pair of tokens.`);
    return [pair];
  });
}

/** The words of a vocab.txt by their lines; one that comes again has the later place. */
export function wordsOf(text: string): Map<string, number> {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  // White space as Rust has it: with the next line, without the byte order mark.
  return new Map(lines.map((line, id) => [line.replace(/(?:(?!\ufeff)[\s\u0085])+$/u, ''), id]));
}

/** Whether a text is a vocabulary of tiktoken: lines of bytes in base 64 and a rank. */
export function isTiktoken(begin: string): boolean {
  return /^[A-Za-z0-9+/]+={0,2} \d+\r?\n/.test(begin);
}

/** Most work that the parts of tiktoken's tokens take: the squares of their lengths. Real ones have 20 million. */
const MAX_WORK = 1 << 28;

/** Most ids behind the ranks, with those that nothing names; a package has no more added tokens. */
const MAX_RESERVED = 16_384;

/**
 * A vocabulary of tiktoken, with the merges that its ranks amount to.
 * @param characters the byte-level alphabet
 * @param names special tokens by their ids; an id between them that has none is reserved
 * @throws FormatError
 */
export function tiktokenDefinition(
  text: string,
  characters: readonly string[],
  names: ReadonlyMap<number, string>,
  file: string,
): JsonObject {
  const ranks = new Map<string, number>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line === '') continue;
    const parts = /^([A-Za-z0-9+/]+={0,2}) (\d{1,7})$/.exec(line);
    if (parts === null) throw broken(file, `Line ${index + 1} is not a token with its rank.`);
    ranks.set(bytesOf(parts[1] as string, characters, index, file), Number(parts[2]));
  }
  const merges: { left: string; right: string; rank: number; at: readonly [number, number] }[] = [];
  let work = 0;
  for (const [token, rank] of ranks) {
    work += token.length * token.length;
    if (work > MAX_WORK) throw broken(file, 'Its tokens are longer than those of any tokenizer.');
    for (let at = 1; at < token.length; at++) {
      const [left, right] = [token.slice(0, at), token.slice(at)];
      const ids = [ranks.get(left), ranks.get(right)] as const;
      if (ids[0] !== undefined && ids[1] !== undefined)
        merges.push({ left, right, rank, at: [ids[0], ids[1]] });
    }
  }
  merges.sort((a, b) => a.rank - b.rank || a.at[0] - b.at[0] || a.at[1] - b.at[1]);
  return definition({
    normalizer: null,
    pre_tokenizer: sequence(split(TIKTOKEN), byteLevelPart(false, false)),
    decoder: objectOf({ type: 'ByteLevel' }),
    model: bpe(
      ranks,
      merges.map(({ left, right }): JsonValue => [left, right]),
      true,
    ),
    added_tokens: specials(ranks, names, file),
  });
}

function specials(
  ranks: ReadonlyMap<string, number>,
  names: ReadonlyMap<number, string>,
  file: string,
): JsonValue[] {
  const count = Math.max(0, ...[...names.keys()].map((id) => id + 1 - ranks.size));
  if (count > MAX_RESERVED) throw broken(file, `${count} ids are to stand behind its ${ranks.size} tokens.`);
  const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  return Array.from({ length: count }, (_, index) => {
    const id = ranks.size + index;
    return objectOf({ id, content: names.get(id) ?? `<|reserved_token_${id}|>`, ...plain });
  });
}

function bytesOf(base64: string, characters: readonly string[], index: number, file: string): string {
  try {
    return Array.from(atob(base64), (byte) => characters[byte.charCodeAt(0)]).join('');
  } catch {
    throw broken(file, `Line ${index + 1} is not in base 64.`);
  }
}

/**
 * Refuses a vocabulary that is of another kind than byte-level.
 * @throws UnsupportedError
 */
export function requireByteLevel(vocab: JsonObject, characters: readonly string[], file: string): void {
  if (characters.filter((character) => vocab.has(character)).length >= 128) return;
  throw new UnsupportedError(
    'Its tokens are not those of byte-level BPE, and nothing says how texts are cut.',
    {
      file,
      remedy: 'Add the tokenizer.json of the model, or remove the file to work with token ids.',
    },
  );
}

function definition(parts: Readonly<Record<string, JsonValue>>): JsonObject {
  return objectOf({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    post_processor: null,
    ...parts,
  });
}

function bpe(vocab: JsonObject, merges: readonly JsonValue[], ignoreMerges: boolean): JsonObject {
  return objectOf({ type: 'BPE', unk_token: null, ignore_merges: ignoreMerges, vocab, merges });
}

function byteLevelPart(addPrefixSpace: boolean, useRegex: boolean): JsonObject {
  return objectOf({
    type: 'ByteLevel',
    add_prefix_space: addPrefixSpace,
    trim_offsets: true,
    use_regex: useRegex,
  });
}

function split(expression: string): JsonObject {
  return objectOf({
    type: 'Split',
    pattern: objectOf({ Regex: expression }),
    behavior: 'Isolated',
    invert: false,
  });
}

function sequence(...parts: readonly JsonValue[]): JsonObject {
  return objectOf({ type: 'Sequence', pretokenizers: parts });
}

function broken(file: string, problem: string): FormatError {
  return new FormatError(problem, {
    file,
    code: 'broken-file',
    remedy: 'Download it again, or add the tokenizer.json of the model.',
  });
}
