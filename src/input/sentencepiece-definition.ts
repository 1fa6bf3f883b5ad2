/**
 * A SentencePiece model in the form of tokenizer.json, as transformers (5.24) converts it: by the settings of the model itself
 * (`SpmConverter.build_tokenizer_from_spm_proto`), or as the classes of Llama, Gemma and T5 build their tokenizers.
 */
import { FormatError, UnsupportedError } from '../shared/errors.js';
import type { JsonObject, JsonValue } from '../source/strict-json.js';
import { pieceMerges } from './piece-merges.js';
import { objectOf, type Piece } from './sentencepiece.js';
import type { SentencePieceModel } from './sentencepiece-model.js';
import { EXACT_SCORES } from './tokenizer-class.js';

/** Whose rules hold: those of a class of transformers, or the model's own. */
export type SentencePieceClass = 'llama' | 'gemma' | 't5' | 'own';

/** What tokenizer_config.json says about it. */
export interface SentencePieceConfig {
  readonly class: SentencePieceClass;
  /** A space before each part of a text between added tokens, not before the first alone. */
  readonly legacy: boolean;
  readonly addPrefixSpace: boolean;
  /** Sentinels of T5, `<extra_id_0>` and so on. */
  readonly extraIds: number;
  /** What pieces are called in the end, by id: placeholders get their names from `added_tokens_decoder`. */
  readonly renamed: ReadonlyMap<number, string>;
}

/** The mark that stands for a space in pieces. */
const SPACE = '\u2581';

/** Most sentinels; T5 has 100. */
const MAX_EXTRA_IDS = 1000;

/**
 * The tokenizer's definition, without a post-processor.
 * @param file what messages name
 * @throws FormatError when pieces occur twice, or take apart into too many merges; UnsupportedError for kinds of models that are
 *   not read
 */
export function definitionOfModel(
  model: SentencePieceModel,
  config: SentencePieceConfig,
  file: string,
): JsonObject {
  if (model.algorithm !== 'bpe' && model.algorithm !== 'unigram')
    throw unsupported(file, `A SentencePiece model of the kind "${model.algorithm}" is not supported.`);
  if (model.spaceBehind) throw unsupported(file, 'Spaces behind words are not supported.');
  const isBpe = model.algorithm === 'bpe';
  // The classes of Llama and Gemma are made for one algorithm, that of T5 for the other.
  const rules = isBpe === (config.class !== 't5') ? config.class : 'own';
  const pieces = rules === 'own' && isBpe ? renamed(model.pieces, config.renamed) : model.pieces;
  const vocab = vocabularyOf(pieces, file);
  const isAdded = ({ kind }: Piece): boolean =>
    kind === 'control' || kind === 'unknown' || (kind === 'user' && rules !== 'own');
  const extra = rules === 't5' ? sentinels(config.extraIds, vocab, file) : [];
  return objectOf({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [
      ...pieces.flatMap((piece, id) =>
        isAdded(piece) ? [addedToken(id, piece.text, piece.kind !== 'user')] : [],
      ),
      ...extra.map((text, index) => addedToken(pieces.length + index, text, true)),
    ],
    normalizer: sequence('normalizers', normalizers(model, config, rules)),
    pre_tokenizer: sequence('pretokenizers', preTokenizers(model, config, rules)),
    post_processor: null,
    decoder: decoderOf(model, config, rules),
    model: isBpe ? bpe(model, rules, pieces, vocab, file) : unigram(model, pieces, extra),
  });
}

function normalizers(
  model: SentencePieceModel,
  config: SentencePieceConfig,
  rules: SentencePieceClass,
): JsonValue[] {
  const charsmap =
    model.charsmap.length === 0
      ? []
      : [objectOf({ type: 'Precompiled', precompiled_charsmap: base64(model.charsmap) })];
  if (rules === 'llama') return [];
  if (rules === 'gemma') return [replaced({ String: ' ' }, SPACE)];
  if (rules === 't5') return charsmap;
  const trims = model.removeExtraSpaces
    ? [replaced({ Regex: String.raw`\A +| +\z` }, ''), replaced({ Regex: ' {2,}' }, ' ')]
    : [];
  const before = [...charsmap, ...trims];
  const prefix = prefixOf(model, config);
  // Metaspace replaces spaces itself.
  if (prefix === 'first' && before.length === 0) return [];
  return [
    ...before,
    ...(model.escapeSpaces ? [replaced({ String: ' ' }, SPACE)] : []),
    ...(prefix === 'always' ? [objectOf({ type: 'Prepend', prepend: SPACE })] : []),
  ];
}

/**
 * Before which parts of a text a mark goes by the model's own settings. For `always` transformers has a Metaspace that does not
 * split, and a replacement that doubles a mark at the start: together they put one before each part, as Prepend does.
 */
function prefixOf(model: SentencePieceModel, config: SentencePieceConfig): 'always' | 'first' | 'never' {
  if (!model.addDummyPrefix) return 'never';
  return config.legacy ? 'always' : 'first';
}

function preTokenizers(
  model: SentencePieceModel,
  config: SentencePieceConfig,
  rules: SentencePieceClass,
): JsonValue[] {
  const metaspace = (scheme: string, split: boolean): JsonValue =>
    objectOf({ type: 'Metaspace', replacement: SPACE, prepend_scheme: scheme, split });
  const scheme = config.legacy ? 'always' : 'first';
  switch (rules) {
    case 'llama':
      return [metaspace(config.addPrefixSpace ? scheme : 'never', false)];
    case 'gemma':
      return []; // it splits at spaces, of which the normalizer has left none
    case 't5':
      return [objectOf({ type: 'WhitespaceSplit' }), metaspace('always', true)];
    case 'own': {
      const user = model.pieces.flatMap(({ text, kind }) => (kind === 'user' ? [text] : []));
      return [
        ...(prefixOf(model, config) === 'first' ? [metaspace('first', false)] : []),
        // Pieces of the user's own are never taken apart or merged.
        ...(user.length === 0
          ? []
          : [
              objectOf({
                type: 'Split',
                pattern: objectOf({ Regex: alternation(user) }),
                behavior: 'Isolated',
                invert: false,
              }),
            ]),
      ];
    }
  }
}

function decoderOf(
  model: SentencePieceModel,
  config: SentencePieceConfig,
  rules: SentencePieceClass,
): JsonObject {
  if (rules === 't5')
    return objectOf({ type: 'Metaspace', replacement: SPACE, prepend_scheme: 'always', split: true });
  const strips = rules === 'llama' ? config.addPrefixSpace : rules === 'own' && model.addDummyPrefix;
  const bytes = rules !== 'own' || model.byteFallback;
  return objectOf({
    type: 'Sequence',
    decoders: [
      replaced({ String: SPACE }, ' '),
      ...(bytes ? [objectOf({ type: 'ByteFallback' })] : []),
      ...(bytes || strips ? [objectOf({ type: 'Fuse' })] : []),
      ...(strips ? [objectOf({ type: 'Strip', content: ' ', start: 1, stop: 0 })] : []),
    ],
  });
}

function bpe(
  model: SentencePieceModel,
  rules: SentencePieceClass,
  pieces: readonly Piece[],
  vocab: ReadonlyMap<string, number>,
  file: string,
): JsonObject {
  const own = rules === 'own';
  const all = pieces.map(({ text, score }, id) => ({ id, text, score }));
  const merged = own ? all.filter(({ id }) => pieces[id]?.kind === 'normal') : all;
  // The classes rank a merge by its piece's id, the model itself by its score.
  const merges = pieceMerges(merged, new Map(merged.map(({ text, id }) => [text, id])), file).sort(
    (a, b) => (own ? b.score - a.score : 0) || a.made - b.made,
  );
  const unknown = { llama: null, gemma: '<unk>', t5: null, own: model.spelled.unknown }[rules];
  return objectOf({
    type: 'BPE',
    dropout: null,
    unk_token: unknown !== null && vocab.has(unknown) ? unknown : null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: true,
    byte_fallback: !own || model.byteFallback,
    ignore_merges: own && pieces.some(({ kind }) => kind === 'user'),
    vocab,
    merges: merges.map(({ left, right }): JsonValue => [left, right]),
  });
}

function unigram(model: SentencePieceModel, pieces: readonly Piece[], extra: readonly string[]): JsonObject {
  return objectOf({
    type: 'Unigram',
    unk_id: model.unknown,
    [EXACT_SCORES]: true,
    vocab: [
      ...pieces.map(({ text, score }): JsonValue => [text, score]),
      ...extra.map((text): JsonValue => [text, 0]),
    ],
    byte_fallback: model.byteFallback,
  });
}

/** Pieces with the names that they have in the end, unless another piece has that name already. */
function renamed(pieces: readonly Piece[], names: ReadonlyMap<number, string>): readonly Piece[] {
  const kept = new Set(pieces.flatMap(({ text }, id) => (names.has(id) ? [] : [text])));
  return pieces.map((piece, id) => {
    const name = names.get(id);
    return name === undefined || kept.has(name) ? piece : { ...piece, text: name };
  });
}

function vocabularyOf(pieces: readonly Piece[], file: string): Map<string, number> {
  const vocab = new Map<string, number>();
  for (const [id, { text }] of pieces.entries()) {
    if (vocab.has(text)) throw broken(file, `The piece ${JSON.stringify(text.slice(0, 60))} occurs twice.`);
    vocab.set(text, id);
  }
  return vocab;
}

/** T5's, the last first. */
function sentinels(count: number, vocab: ReadonlyMap<string, number>, file: string): string[] {
  if (count > MAX_EXTRA_IDS)
    throw broken(file, `It is to have ${count} extra ids; at most ${MAX_EXTRA_IDS} are read.`);
  const names = Array.from({ length: count }, (_, index) => `<extra_id_${count - 1 - index}>`);
  return names.filter((name) => !vocab.has(name));
}

function addedToken(id: number, content: string, special: boolean): JsonObject {
  const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  return objectOf({ id, content, ...plain, special });
}

function replaced(pattern: Readonly<Record<string, string>>, content: string): JsonObject {
  return objectOf({ type: 'Replace', pattern: objectOf(pattern), content });
}

function sequence(key: string, parts: readonly JsonValue[]): JsonValue {
  if (parts.length < 2) return parts[0] ?? null;
  return objectOf({ type: 'Sequence', [key]: parts });
}

/** The expression that matches the longest of these texts. */
function alternation(texts: readonly string[]): string {
  return [...texts]
    .sort((a, b) => [...b].length - [...a].length)
    .map((text) => text.replace(/[\\^$.*+?()[\]{}|\-#&~\s]/gu, String.raw`\$&`))
    .join('|');
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

function unsupported(file: string, problem: string): UnsupportedError {
  return new UnsupportedError(problem, {
    file,
    remedy: 'Add the tokenizer.json of the model, or remove the file to work with token ids.',
  });
}

function broken(file: string, problem: string): FormatError {
  return new FormatError(problem, {
    file,
    code: 'broken-file',
    remedy: 'The file is damaged or of another kind; take the one that belongs to the model.',
  });
}
