/** The tables of the TOKN section that belong to the model: symbols that words begin as, texts that are looked up, merges or scores. */
import { BYTE_CHARACTERS, bytesOfToken } from './byte-level.js';
import { wrongPart } from './component.js';
import { CharacterPlace, ModelKind, MODEL_SHIFT, NO_ID, ToknFlag } from './format.js';
import { compareBytes } from './section-writer.js';
import type { TableWriter } from './section-writer.js';
import type { TokenModel } from './token-model.js';
import type { TokenText } from './token-text.js';

/** Flags of the section that say what the model is. */
export function modelFlags(model: TokenModel): number {
  return (
    (model.byteFallback ? ToknFlag.Fallback : 0) |
    (model.fuseUnk ? ToknFlag.FuseUnknown : 0) |
    (model.ignoreMerges ? ToknFlag.IgnoreMerges : 0) |
    (model.continuedBy === '' ? 0 : ToknFlag.Continued) |
    (model.endedBy === '' ? 0 : ToknFlag.Ended) |
    (model.scores.some((score) => Math.fround(score) !== score) ? ToknFlag.WideScores : 0) |
    (model.kind << MODEL_SHIFT)
  );
}

/** Token of each byte: what merging starts from (byte-level), or what an unknown character becomes (byte fallback). */
export function byteIds({ vocab, byteFallback }: TokenModel, byteLevel: boolean): number[] {
  if (!byteLevel && !byteFallback) return [];
  return BYTE_CHARACTERS.map((character, byte) => {
    const fallback = `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
    return vocab.get(byteLevel ? character : fallback) ?? NO_ID;
  });
}

/** Tokens of one character, by code point and, where they differ, by the place in a word. */
export function characterTable(model: TokenModel, byteLevel: boolean): number[] {
  if (byteLevel || model.kind !== ModelKind.Bpe) return [];
  const { continuedBy, endedBy } = model;
  const places: readonly (readonly [number, string, string])[] = [
    [0, '', ''],
    [CharacterPlace.Continues, continuedBy, ''],
    [CharacterPlace.Ends, '', endedBy],
    [CharacterPlace.Continues | CharacterPlace.Ends, continuedBy, endedBy],
  ];
  const entries: [number, number][] = [];
  for (const [place, before, after] of places) {
    const isMarked =
      (continuedBy === '' && (place & CharacterPlace.Continues) !== 0) ||
      (endedBy === '' && (place & CharacterPlace.Ends) !== 0);
    if (isMarked) continue;
    for (const [text, id] of model.vocab) {
      if (!text.startsWith(before) || !text.endsWith(after)) continue;
      const inner = text.slice(before.length, text.length - after.length);
      const point = inner.codePointAt(0);
      if (
        point !== undefined &&
        String.fromCodePoint(point).length === text.length - before.length - after.length
      )
        entries.push([point | place, id]);
    }
  }
  return entries.sort((a, b) => a[0] - b[0]).flat();
}

/**
 * Ids sorted by bytes, of all words that a text is looked up for.
 * @param file what messages name
 * @throws UnsupportedError for a token that is normalized into another text
 */
export function lookupTable(
  model: TokenModel,
  tokens: readonly (TokenText | undefined)[],
  byteLevel: boolean,
  file: string,
): number[] {
  if (model.kind === ModelKind.Bpe && !model.ignoreMerges) return [];
  const words: { id: number; bytes: Uint8Array }[] = [];
  for (const [text, id] of model.vocab) {
    const bytes = byteLevel ? bytesOfToken(text) : new TextEncoder().encode(text);
    if (bytes === null || bytes.length === 0) continue; // no text becomes it
    if (compareBytes(bytes, tokens[id]?.bytes ?? new Uint8Array()) !== 0) {
      const problem = `The token ${JSON.stringify(text)} is normalized into another text, by which it is not found.`;
      throw wrongPart({ file }, 'added_tokens', problem);
    }
    words.push({ id, bytes });
  }
  return words.sort((a, b) => compareBytes(a.bytes, b.bytes)).map((word) => word.id);
}

/**
 * Adds the table that each kind of model has in the same place: merges, scores, or the prefix of what continues a word.
 * @param size bytes of an id
 */
export function addModelTable(writer: TableWriter, model: TokenModel, size: 2 | 4): void {
  switch (model.kind) {
    case ModelKind.Bpe: {
      const { left, right, rank, made } = model.merges;
      const rows = new Uint32Array(4 * left.length);
      for (const [column, values] of [left, right, rank, made].entries())
        for (let at = 0; at < values.length; at++) rows[4 * at + column] = values[at] as number;
      writer.numbers(rows, size, 4);
      break;
    }
    case ModelKind.Unigram: {
      const wide = (modelFlags(model) & ToknFlag.WideScores) !== 0;
      const bytes = new Uint8Array(model.scores.length * (wide ? 8 : 4));
      const view = new DataView(bytes.buffer);
      model.scores.forEach((score, id) => {
        if (wide) view.setFloat64(id * 8, score, true);
        else view.setFloat32(id * 4, score, true);
      });
      writer.bytes(bytes, model.scores.length);
      break;
    }
    case ModelKind.WordPiece: {
      const bytes = new TextEncoder().encode(model.continuing);
      writer.bytes(bytes, bytes.length);
      break;
    }
    case ModelKind.WordLevel:
      writer.bytes(new Uint8Array(), 0);
  }
}
