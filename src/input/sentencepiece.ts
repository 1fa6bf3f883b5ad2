/**
 * A tokenizer of SentencePiece's byte-pair encoding in the form of tokenizer.json, as transformers converts it: the same
 * pieces, and the merges that their scores amount to.
 */
import { FormatError } from '../shared/errors.js';
import type { JsonObject, JsonValue } from '../source/strict-json.js';
import { pieceMerges } from './piece-merges.js';

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
  const normal = pieces.flatMap(({ text, score, kind }, id) =>
    kind === 'normal' ? [{ id, text, score }] : [],
  );
  const length = (text: string): number => [...text].length;
  return pieceMerges(normal, vocab, file)
    .sort((a, b) => a.made - b.made || a.ids[0] - b.ids[0] || a.ids[1] - b.ids[1])
    .sort((a, b) => b.score - a.score || length(b.left) - length(a.left) || length(b.right) - length(a.right))
    .map(({ left, right }) => [left, right]);
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
