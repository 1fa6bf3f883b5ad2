/** The vocabulary of byte-pair encoding: a token is made by merging, so what it is merged of must stay with it. */
import type { ConfigFields } from '../model/config-fields.js';
import { readBpeModel, type BpeModel } from './bpe-model.js';
import { ASCII, BYTE_NAMES, SPACE_MARK } from './base-tokens.js';
import { BYTE_CHARACTERS } from './byte-level.js';
import { MAX_VOCAB, StageKind } from './format.js';
import { readDecoder } from './pipeline.js';
import type { Stage } from './pre-tokenizer.js';
import type { Vocabulary } from './vocabulary.js';

export class BpeVocabulary implements Vocabulary {
  readonly needed: readonly number[];
  readonly characters: readonly number[];
  readonly hasBytes: boolean;
  readonly usual: readonly number[];
  readonly #model: BpeModel;
  readonly #marks: { readonly continued: string; readonly ended: string };
  /** Where the merge of a pair stands. */
  readonly #places: ReadonlyMap<number, number>;
  readonly #spellings: readonly (string | undefined)[];
  readonly #made = new Map<number, readonly number[]>();

  /** @param stages what the pre-tokenizer does; @throws FormatError, UnsupportedError */
  constructor(root: ConfigFields, stages: readonly Stage[]) {
    const model = readBpeModel(root);
    const fields = root.object('model');
    this.#marks = {
      continued: fields?.optionalText('continuing_subword_prefix') ?? '',
      ended: fields?.optionalText('end_of_word_suffix') ?? '',
    };
    const isByteLevel = stages.some(({ kind }) => kind === StageKind.ByteLevel);
    const { vocab, unkId, byteFallback } = model;
    this.#model = model;
    const { left, right, rank, made } = model.merges;
    const places = new Map<number, number>();
    left.forEach((id, at) => places.set(pairKey(id, right[at] as number), at));
    this.#places = places;
    const spellings: (string | undefined)[] = [];
    for (const [spelling, id] of vocab) spellings[id] = spelling;
    this.#spellings = spellings;
    this.hasBytes =
      isByteLevel ||
      (byteFallback && BYTE_NAMES.every((name) => vocab.has(name)) && readDecoder(root).byteFallback);
    const single = [...vocab]
      .filter(([spelling]) => this.#symbolsOf(spelling).length === 1)
      .map(([, id]) => id);
    this.characters = isByteLevel ? [] : single.sort(ascending);
    const alphabet = isByteLevel
      ? BYTE_CHARACTERS
      : [...(byteFallback ? BYTE_NAMES : []), ...ASCII, SPACE_MARK];
    this.needed = [...alphabet.map((spelling) => vocab.get(spelling)), unkId].filter(
      (id): id is number => typeof id === 'number',
    );
    const first = new Map<number, number>();
    rank.forEach((value, at) => {
      const id = made[at] as number;
      first.set(id, Math.min(value, first.get(id) ?? Infinity));
    });
    this.usual = [...first].sort(([a, rank], [b, other]) => rank - other || a - b).map(([id]) => id);
  }

  madeOf(id: number): readonly number[] {
    let made = this.#made.get(id);
    if (made === undefined) {
      made = this.#derive(id);
      this.#made.set(id, made);
    }
    return made;
  }

  /**
   * Merges the token's own characters. Inside a longer word it comes about in the same way: of the pairs of a word, those
   * inside of what becomes one token are merged in the order that they have when they stand alone.
   */
  #derive(id: number): readonly number[] {
    const spelling = this.#spellings[id];
    if (spelling === undefined) return [];
    const symbols: number[] = [];
    for (const character of this.#symbolsOf(spelling)) {
      const symbol = this.#model.vocab.get(character);
      if (symbol === undefined) return this.#alone(id);
      symbols.push(symbol);
    }
    const made = [...symbols];
    const { rank, made: results } = this.#model.merges;
    for (;;) {
      let best = Infinity;
      let result = -1;
      let at = -1;
      for (let i = 0; i + 1 < symbols.length; i++) {
        const place = this.#places.get(pairKey(symbols[i] as number, symbols[i + 1] as number));
        if (place === undefined || (rank[place] as number) >= best) continue;
        best = rank[place] as number;
        result = results[place] as number;
        at = i;
      }
      if (at < 0) break;
      symbols.splice(at, 2, result);
      made.push(result);
    }
    return symbols.length === 1 && symbols[0] === id ? made : this.#alone(id);
  }

  /** What merging starts from: the characters, with the marks of those that continue a word or end it. */
  #symbolsOf(spelling: string): string[] {
    const { continued, ended } = this.#marks;
    const continues = continued !== '' && spelling.startsWith(continued);
    const ends = ended !== '' && spelling.endsWith(ended);
    const text = spelling.slice(continues ? continued.length : 0, ends ? -ended.length : undefined);
    const characters = [...text];
    return characters.map(
      (character, at) =>
        `${at > 0 || continues ? continued : ''}${character}${ends && at + 1 === characters.length ? ended : ''}`,
    );
  }

  /** A token that no merges give: a word that is taken whole, a raw byte, or nothing that a text becomes. */
  #alone(id: number): readonly number[] {
    const isByte = this.#model.byteFallback && BYTE_NAMES.includes(this.#spellings[id] ?? '');
    return this.#model.ignoreMerges || isByte ? [id] : [];
  }
}

function pairKey(left: number, right: number): number {
  return left * MAX_VOCAB + right;
}

function ascending(a: number, b: number): number {
  return a - b;
}
