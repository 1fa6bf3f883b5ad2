/** Tokenizers in GGUF that do not merge: Unigram (`t5`) and WordPiece (`bert`), in the form of tokenizer.json. */
import type { JsonObject, JsonValue } from '../../source/strict-json.js';
import type { Piece } from '../sentencepiece.js';
import { definitionOfModel } from '../sentencepiece-definition.js';
import { wordPieceDefinition } from '../word-piece-definition.js';
import type { Metadata } from './metadata.js';
import { namedId } from './special-ids.js';
import { addedToken, postProcessor, scoresOf, tokensOf, twice, type Token } from './tokens.js';

const CHARSMAP = 'tokenizer.ggml.precompiled_charsmap';

/**
 * Unigram. Scores of what is no ordinary piece were filled in by converters; they take part in nothing but the score of the
 * unknown, which SentencePiece reckons of ordinary pieces alone.
 */
export function unigram(metadata: Metadata, place: string): JsonObject {
  const tokens = tokensOf(metadata);
  const scores = scoresOf(metadata, tokens.length);
  const unknown = knownId(metadata, tokens, 'unknown');
  const least = tokens.reduce(
    (least, { kind }, id) => (kind === 'normal' ? Math.min(least, scores[id] ?? 0) : least),
    0,
  );
  const pieces = tokens.map(({ text, kind }, id): Piece => {
    const score = Math.max(scores[id] ?? 0, least);
    // What the user added is cut out of texts before everything else, as tokens for control are.
    return { text, score, kind: id === unknown ? 'unknown' : kind === 'user' ? 'control' : kind };
  });
  const fields = definitionOfModel(
    {
      pieces,
      algorithm: 'unigram',
      byteFallback: pieces.some(({ kind }) => kind === 'byte'),
      spaceBehind: false,
      unknown,
      bos: null,
      eos: null,
      spelled: { unknown: '', bos: '', eos: '' },
      charsmap: charsmapOf(metadata),
      addDummyPrefix: metadata.flag('tokenizer.ggml.add_space_prefix') ?? false,
      removeExtraSpaces: metadata.flag('tokenizer.ggml.remove_extra_whitespaces') ?? false,
      escapeSpaces: true,
    },
    { class: 'own', legacy: true, addPrefixSpace: true, extraIds: 0, renamed: new Map() },
    place,
  );
  return new Map<string, JsonValue>([
    ...fields,
    ['added_tokens', addedTokens(tokens, unknown)],
    ['post_processor', postProcessor(metadata, tokens, { begins: false, ends: true })],
  ]);
}

function charsmapOf(metadata: Metadata): Uint8Array {
  const list = metadata.list(CHARSMAP);
  if (list === null) return new Uint8Array();
  if (list.type !== 'uint8' && list.type !== 'int8') throw metadata.wrong(CHARSMAP, 'a list of bytes');
  return list.bytes;
}

/** What stands in the file before pieces that begin a word; those that go on are without the `##` of vocabularies. */
const BEGINS = '\u2581';

/** WordPiece. */
export function wordPiece(metadata: Metadata): JsonObject {
  const stored = tokensOf(metadata);
  const tokens = stored.map(({ text, kind }): Token => {
    if (kind === 'control' || kind === 'unknown') return { text, kind };
    return { text: text.startsWith(BEGINS) ? text.slice(BEGINS.length) : `##${text}`, kind };
  });
  const vocab = new Map<string, number>();
  tokens.forEach(({ text }, id) => {
    if (vocab.has(text)) throw twice(metadata, text);
    vocab.set(text, id);
  });
  const unknown = tokens[knownId(metadata, tokens, 'unknown')]?.text ?? '';
  const lowercase = metadata.flag('tokenizer.ggml.normalizer.lowercase') ?? true;
  const definition = wordPieceDefinition(vocab, {
    lowercase,
    chineseCharacters: true,
    stripAccents: metadata.flag('tokenizer.ggml.normalizer.strip_accents'),
    unknown,
  });
  return new Map<string, JsonValue>([
    ...definition,
    ['added_tokens', addedTokens(tokens, null)],
    ['post_processor', postProcessor(metadata, tokens, { begins: true, ends: true, separates: true })],
  ]);
}

/** An id of a token that there must be. @throws FormatError */
function knownId(metadata: Metadata, tokens: readonly Token[], name: 'unknown'): number {
  const id = namedId(metadata, name);
  if (id !== null && id in tokens) return id;
  throw metadata.wrong(`tokenizer.ggml.${name}_token_id`, `the id of one of ${tokens.length} tokens`);
}

/** Tokens that are cut out of texts before everything else. */
function addedTokens(tokens: readonly Token[], unknown: number | null): JsonValue {
  return tokens.flatMap(({ text, kind }, id): JsonValue[] =>
    kind === 'control' || kind === 'unknown' || kind === 'user' || id === unknown
      ? [addedToken(id, text, kind !== 'user')]
      : [],
  );
}
