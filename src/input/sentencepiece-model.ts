/** A SentencePiece model file (`tokenizer.model`), read as sentencepiece_model.proto describes it. */
import { FormatError } from '../shared/errors.js';
import { ProtobufError, protobufFields } from './protobuf.js';
import type { Piece, PieceKind } from './sentencepiece.js';

/** What a model file says, with the defaults of its format. */
export interface SentencePieceModel {
  /** In the order of their ids. */
  readonly pieces: readonly Piece[];
  readonly algorithm: 'unigram' | 'bpe' | 'word' | 'char';
  /** A character without a piece becomes its bytes' pieces. */
  readonly byteFallback: boolean;
  /** A space stands behind a word and not before it. */
  readonly spaceBehind: boolean;
  /** Ids; `null` for a token that the model does without. */
  readonly unknown: number | null;
  readonly bos: number | null;
  readonly eos: number | null;
  /** How the three are spelled. */
  readonly spelled: { readonly unknown: string; readonly bos: string; readonly eos: string };
  /** A double-array trie and texts (docs/tokenizer-tables.md says which); empty for none. */
  readonly charsmap: Uint8Array;
  /** A space before the text. */
  readonly addDummyPrefix: boolean;
  /** Spaces at both ends go, runs of them become one. */
  readonly removeExtraSpaces: boolean;
  /** Spaces become U+2581. */
  readonly escapeSpaces: boolean;
}

/** Most pieces: as many ids as a package can have. */
const MAX_PIECES = 1 << 20;

const KINDS: readonly (PieceKind | undefined)[] = [
  undefined,
  'normal',
  'unknown',
  'control',
  'user',
  'unused',
  'byte',
];
const ALGORITHMS = [undefined, 'unigram', 'bpe', 'word', 'char'] as const;

/**
 * Reads a model file.
 * @param file what messages name
 * @throws FormatError
 */
export function readSentencePieceModel(bytes: Uint8Array, file: string): SentencePieceModel {
  try {
    return readModel(bytes);
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error;
    throw new FormatError(`The file is no SentencePiece model: ${error.message}.`, {
      file,
      code: 'broken-file',
      remedy: 'Download it again, or add the tokenizer.json of the model.',
    });
  }
}

function readModel(bytes: Uint8Array): SentencePieceModel {
  const pieces: Piece[] = [];
  const model = {
    algorithm: 'unigram' as SentencePieceModel['algorithm'],
    byteFallback: false,
    spaceBehind: false,
    ids: { unknown: 0, bos: 1, eos: 2 },
    spelled: { unknown: '<unk>', bos: '<s>', eos: '</s>' },
    charsmap: new Uint8Array(),
    addDummyPrefix: true,
    removeExtraSpaces: true,
    escapeSpaces: true,
  };
  for (const field of protobufFields(bytes)) {
    if (field.bytes === null) continue;
    if (field.number === 1) {
      if (pieces.length === MAX_PIECES) throw new ProtobufError(`it has more than ${MAX_PIECES} pieces`);
      pieces.push(readPiece(field.bytes, pieces.length));
    } else if (field.number === 2) readTrainer(field.bytes, model);
    else if (field.number === 3) readNormalizer(field.bytes, model);
  }
  if (pieces.length === 0) throw new ProtobufError('it has no pieces');
  const { ids, ...rest } = model;
  const id = (value: number, name: string): number | null => {
    if (value >= pieces.length) throw new ProtobufError(`its ${name} token is not among its pieces`);
    return value < 0 ? null : value;
  };
  return {
    ...rest,
    pieces,
    unknown: id(ids.unknown, 'unknown'),
    // These two may stand in a model that was trained with fewer pieces; then it has none.
    bos: ids.bos < pieces.length ? id(ids.bos, 'begin') : null,
    eos: ids.eos < pieces.length ? id(ids.eos, 'end') : null,
  };
}

function readPiece(message: Uint8Array, id: number): Piece {
  let text = '';
  let score = 0;
  let kind: PieceKind = 'normal';
  for (const { number, bits, bytes } of protobufFields(message)) {
    if (number === 1 && bytes !== null) text = decoded(bytes);
    else if (number === 2 && bytes === null) score = floatOf(bits);
    else if (number === 3 && bytes === null) kind = KINDS[bits] ?? 'normal';
  }
  if (text === '') throw new ProtobufError(`piece ${id} is empty`);
  if (!Number.isFinite(score)) throw new ProtobufError(`the score of piece ${id} is not finite`);
  return { text, score, kind };
}

interface Settings {
  algorithm: SentencePieceModel['algorithm'];
  byteFallback: boolean;
  spaceBehind: boolean;
  readonly ids: { unknown: number; bos: number; eos: number };
  readonly spelled: { unknown: string; bos: string; eos: string };
  charsmap: Uint8Array;
  addDummyPrefix: boolean;
  removeExtraSpaces: boolean;
  escapeSpaces: boolean;
}

function readTrainer(message: Uint8Array, model: Settings): void {
  for (const { number, bits, bytes } of protobufFields(message)) {
    if (number === 3) {
      const algorithm = ALGORITHMS[bits];
      if (algorithm === undefined) throw new ProtobufError(`its kind ${bits} is not known`);
      model.algorithm = algorithm;
    } else if (number === 24) model.spaceBehind = bits !== 0;
    else if (number === 35) model.byteFallback = bits !== 0;
    else if (number === 40) model.ids.unknown = bits;
    else if (number === 41) model.ids.bos = bits;
    else if (number === 42) model.ids.eos = bits;
    else if (bytes !== null && number === 45) model.spelled.unknown = decoded(bytes);
    else if (bytes !== null && number === 46) model.spelled.bos = decoded(bytes);
    else if (bytes !== null && number === 47) model.spelled.eos = decoded(bytes);
  }
}

function readNormalizer(message: Uint8Array, model: Settings): void {
  for (const { number, bits, bytes } of protobufFields(message)) {
    if (number === 2 && bytes !== null) model.charsmap = bytes;
    else if (number === 3) model.addDummyPrefix = bits !== 0;
    else if (number === 4) model.removeExtraSpaces = bits !== 0;
    else if (number === 5) model.escapeSpaces = bits !== 0;
  }
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ProtobufError('a text is not UTF-8');
  }
}

function floatOf(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setInt32(0, bits);
  return view.getFloat32(0);
}
