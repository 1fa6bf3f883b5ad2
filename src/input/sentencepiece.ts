/**
 * A tokenizer of SentencePiece's byte-pair encoding in the form of tokenizer.json, as transformers converts it: the same
 * pieces, and the merges that their scores amount to.
 */
import { FormatError } from '../shared/errors.js';
import type { JsonObject, JsonValue } from '../source/strict-json.js';

export type PieceKind = 'normal' | 'unknown' | 'control' | 'user' | 'byte' | 'unused';

/** A token with its score: of two pairs the one that makes the piece with the higher score is merged first. */
export interface Piece {
  readonly text: string;
  readonly score: number;
  readonly kind: PieceKind;
}

export interface SentencePieceOptions {
  /** What messages name. */
  readonly file: string;
  /** A space before the text. */
  readonly addDummyPrefix: boolean;
  /** Ids; `null` for none. */
  readonly bos: number | null;
  readonly unknown: number | null;
  /** Whether encoding begins with the begin token. */
  readonly addBos: boolean;
}

/** The mark that stands for a space in pieces. */
const SPACE = '\u2581';

/** Longest piece, in characters: training allows 16 unless told otherwise. Each is taken apart at every place. */
const MAX_PIECE_LENGTH = 1024;

/** Most merges. A piece has about one; a hostile vocabulary of repetitions has many. */
const MAX_MERGES = 4_000_000;

/**
 * The tokenizer's definition.
 * @throws FormatError when pieces occur twice, or take apart into too many merges
 */
export function sentencePieceDefinition(pieces: readonly Piece[], options: SentencePieceOptions): JsonObject {
  const vocab = new Map<string, number>();
  for (const [id, { text }] of pieces.entries()) {
    if (vocab.has(text))
      throw broken(options.file, `The piece ${JSON.stringify(text.slice(0, 60))} occurs twice.`);
    vocab.set(text, id);
  }
  const merges = findMerges(pieces, vocab, options.file);
  const byteFallback = pieces.some(({ kind }) => kind === 'byte');
  const unknown = options.unknown === null ? null : (pieces[options.unknown]?.text ?? null);
  const bos = options.addBos && options.bos !== null ? (pieces[options.bos]?.text ?? null) : null;
  return objectOf({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: pieces.flatMap(({ text, kind }, id) =>
      kind === 'control' || kind === 'unknown' || kind === 'user'
        ? [
            objectOf({
              id,
              content: text,
              single_word: false,
              lstrip: false,
              rstrip: false,
              normalized: false,
              special: kind !== 'user',
            }),
          ]
        : [],
    ),
    normalizer: objectOf({
      type: 'Sequence',
      normalizers: [
        ...(options.addDummyPrefix ? [objectOf({ type: 'Prepend', prepend: SPACE })] : []),
        objectOf({ type: 'Replace', pattern: objectOf({ String: ' ' }), content: SPACE }),
      ],
    }),
    pre_tokenizer: null,
    post_processor: bos === null ? null : beginProcessor(bos, options.bos ?? 0),
    decoder: objectOf({
      type: 'Sequence',
      decoders: [
        objectOf({ type: 'Replace', pattern: objectOf({ String: SPACE }), content: ' ' }),
        objectOf({ type: 'ByteFallback' }),
        objectOf({ type: 'Fuse' }),
        ...(options.addDummyPrefix ? [objectOf({ type: 'Strip', content: ' ', start: 1, stop: 0 })] : []),
      ],
    }),
    model: objectOf({
      type: 'BPE',
      dropout: null,
      unk_token: unknown,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: byteFallback,
      ignore_merges: false,
      vocab,
      merges: merges.map((pair): JsonValue => pair),
    }),
  });
}

/** Every way to make a piece of two, the highest score first; of one piece in the order of transformers. */
function findMerges(
  pieces: readonly Piece[],
  vocab: ReadonlyMap<string, number>,
  file: string,
): [string, string][] {
  const merges: { left: string; right: string; score: number; order: number }[] = [];
  for (const { text, score, kind } of pieces) {
    if (kind !== 'normal') continue;
    if (text.length > MAX_PIECE_LENGTH)
      throw broken(file, `A piece has ${text.length} characters; at most ${MAX_PIECE_LENGTH} are read.`);
    const own: { left: string; right: string; by: readonly [number, number] }[] = [];
    for (const at of splits(text)) {
      const left = text.slice(0, at);
      const right = text.slice(at);
      const ids = [vocab.get(left), vocab.get(right)] as const;
      if (ids[0] !== undefined && ids[1] !== undefined) own.push({ left, right, by: [ids[0], ids[1]] });
    }
    own.sort((a, b) => a.by[0] - b.by[0] || a.by[1] - b.by[1]);
    for (const { left, right } of own) merges.push({ left, right, score, order: merges.length });
    if (merges.length > MAX_MERGES)
      throw broken(file, `Its pieces are made in more than ${MAX_MERGES} ways.`);
  }
  const length = (text: string): number => [...text].length;
  merges.sort(
    (a, b) =>
      b.score - a.score ||
      length(b.left) - length(a.left) ||
      length(b.right) - length(a.right) ||
      a.order - b.order,
  );
  return merges.map(({ left, right }) => [left, right]);
}

/** Places between the characters of a text. */
function* splits(text: string): Iterable<number> {
  let at = 0;
  for (const character of text) {
    if (at > 0) yield at;
    at += character.length;
  }
}

/** `<s> $A` */
function beginProcessor(bos: string, id: number): JsonObject {
  const special = objectOf({ SpecialToken: objectOf({ id: bos, type_id: 0 }) });
  const sequence = (name: string): JsonObject => objectOf({ Sequence: objectOf({ id: name, type_id: 0 }) });
  return objectOf({
    type: 'TemplateProcessing',
    single: [special, sequence('A')],
    pair: [special, sequence('A'), special, sequence('B')],
    special_tokens: new Map([[bos, objectOf({ id: bos, ids: [id], tokens: [bos] })]]),
  });
}

export function objectOf(fields: Readonly<Record<string, JsonValue>>): JsonObject {
  return new Map(Object.entries(fields));
}

function broken(file: string, problem: string): FormatError {
  return new FormatError(problem, {
    file,
    code: 'broken-file',
    remedy: 'The file is damaged or of another kind; take the one that belongs to the model.',
  });
}
