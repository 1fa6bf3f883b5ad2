/**
 * Vocabularies whose tokens stand for themselves: pieces with scores (Unigram), the longest pieces of words (WordPiece), whole
 * words (WordLevel). A text takes the same of them with fewer, as long as those that it takes are left: what is left out was
 * not the best, nor the longest, before.
 */
import type { ConfigFields } from '../model/config-fields.js';
import type { JsonObject, JsonValue } from '../source/strict-json.js';
import { ASCII, BYTE_NAMES, isSingle, SPACE_MARK } from './base-tokens.js';
import { readDecoder } from './pipeline.js';
import type { Vocabulary } from './vocabulary.js';

abstract class Pieces implements Vocabulary {
  abstract readonly needed: readonly number[];
  abstract readonly hasBytes: boolean;
  readonly characters: readonly number[];
  readonly usual: readonly number[];
  readonly #ids: ReadonlySet<number>;

  /** @param pieces by their use, the most usual first */
  constructor(pieces: readonly (readonly [string, number])[], isCharacter: (spelling: string) => boolean) {
    this.characters = pieces.filter(([spelling]) => isCharacter(spelling)).map(([, id]) => id);
    this.usual = pieces.filter(([spelling]) => !isCharacter(spelling)).map(([, id]) => id);
    this.#ids = new Set(pieces.map(([, id]) => id));
  }

  madeOf(id: number): readonly number[] {
    return this.#ids.has(id) ? [id] : [];
  }
}

/** Pieces with the logarithm of how often they are used. */
export class UnigramVocabulary extends Pieces {
  readonly needed: readonly number[];
  readonly hasBytes: boolean;

  constructor(root: ConfigFields, model: ConfigFields) {
    const list = model.raw('vocab') as readonly (readonly [string, number])[];
    const byScore = [...list.entries()].sort(([a, [, x]], [b, [, y]]) => y - x || a - b);
    super(
      byScore.map(([id, [piece]]) => [piece, id]),
      isSingle,
    );
    const ids = new Map(list.map(([piece], id) => [piece, id]));
    const byteFallback = model.boolean('byte_fallback', false);
    // What an unknown character costs is reckoned from the least likely piece.
    const [least] = byScore.at(-1) ?? [];
    this.hasBytes =
      byteFallback && BYTE_NAMES.every((name) => ids.has(name)) && readDecoder(root).byteFallback;
    this.needed = [
      ...found(ids, [...(byteFallback ? BYTE_NAMES : []), ...ASCII, SPACE_MARK]),
      ...(least === undefined ? [] : [least]),
      ...(model.isSet('unk_id') ? [model.integer('unk_id', undefined)] : []),
    ];
  }
}

/** Words, or pieces of words, in the order of their ids: trainers number them by their use. */
export class WordVocabulary extends Pieces {
  readonly needed: readonly number[];
  readonly hasBytes = false;

  /** @param continuing what pieces begin with that continue a word; empty for whole words */
  constructor(model: ConfigFields, continuing: string) {
    const entries = [...(model.raw('vocab') as JsonObject)] as [string, number][];
    const plain = (spelling: string): string =>
      continuing !== '' && spelling.startsWith(continuing) ? spelling.slice(continuing.length) : spelling;
    super(
      entries.sort(([, a], [, b]) => a - b),
      (spelling) => isSingle(plain(spelling)),
    );
    const unknown = model.optionalText('unk_token');
    const ids = new Map(entries);
    this.needed = found(ids, [
      ...ASCII,
      ...(continuing === '' ? [] : ASCII.map((character) => continuing + character)),
      ...(unknown === null ? [] : [unknown]),
    ]);
  }
}

/** Ids of those spellings that there are. */
function found(ids: ReadonlyMap<string, JsonValue>, spellings: readonly string[]): number[] {
  return spellings.flatMap((spelling) => (ids.get(spelling) as number | undefined) ?? []);
}
