/** The merges that pieces of SentencePiece amount to: every way to make a piece of two others. */
import { FormatError } from '../shared/errors.js';

/** A piece made of two. */
export interface PieceMerge {
  readonly left: string;
  readonly right: string;
  /** Ids of the piece and of its two parts. */
  readonly made: number;
  readonly ids: readonly [number, number];
  readonly score: number;
}

/** A piece that may be made. */
export interface MergedPiece {
  readonly id: number;
  readonly text: string;
  readonly score: number;
}

/** Longest piece, in characters: training allows 16 unless told otherwise. Each is taken apart at every place. */
const MAX_PIECE_LENGTH = 1024;

/** Most merges. A piece has about one; a hostile vocabulary of repetitions has many. */
const MAX_MERGES = 4_000_000;

/** Most work: the squares of the lengths. The largest real vocabularies have 65 million. */
const MAX_WORK = 1 << 29;

/**
 * All merges, by piece and from its shortest left part to its longest.
 * @param parts ids of the pieces that can be parts
 * @param file what messages name
 * @throws FormatError when there are too many
 */
export function pieceMerges(
  pieces: Iterable<MergedPiece>,
  parts: ReadonlyMap<string, number>,
  file: string,
): PieceMerge[] {
  const merges: PieceMerge[] = [];
  let work = 0;
  for (const { id, text, score } of pieces) {
    if (text.length > MAX_PIECE_LENGTH)
      throw tooMuch(file, `A piece has ${text.length} characters; at most ${MAX_PIECE_LENGTH} are read.`);
    work += text.length * text.length;
    if (work > MAX_WORK) throw tooMuch(file, 'Its pieces are longer than those of any tokenizer.');
    let at = 0;
    for (const character of text) {
      if (at > 0) {
        const [left, right] = [text.slice(0, at), text.slice(at)];
        const ids = [parts.get(left), parts.get(right)] as const;
        if (ids[0] !== undefined && ids[1] !== undefined)
          merges.push({ left, right, made: id, ids: [ids[0], ids[1]], score });
      }
      at += character.length;
    }
    if (merges.length > MAX_MERGES)
      throw tooMuch(file, `Its pieces are made in more than ${MAX_MERGES} ways.`);
  }
  return merges;
}

function tooMuch(file: string, problem: string): FormatError {
  return new FormatError(problem, {
    file,
    code: 'broken-file',
    remedy: 'The file is damaged or of another kind; take the one that belongs to the model.',
  });
}
