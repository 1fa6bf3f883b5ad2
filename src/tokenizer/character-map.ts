/**
 * Maps of characters (docs/tokenizer-tables.md, "Maps"): what a normalizer does to each character whatever stands around it.
 * Read from character-tables.ts, chained, and written as a part of the TOKN section.
 */

/** What characters become, by their code points; the others stay as they are. */
export type CharacterMap = ReadonlyMap<number, string>;

/** What becomes of the characters of an entry: the high byte of its second word (tokenizer_map.c). */
const Becomes = { Text: 0, Shifted: 1, ShiftedByTwo: 2, Spaced: 3, Jamo: 4 } as const;

/** Characters of one entry: 11 bits say how many follow the first. */
const MAX_RUN = 2048;

const HANGUL = 0xac00;
const HANGUL_COUNT = 11_172;

/** Bytes of the texts of a map, as an entry can name them. */
const MAX_TEXT_BYTES = 1 << 24;

/** A run of a table: every `step`th character from the first to the last, and what it becomes. */
interface Run {
  readonly first: number;
  readonly last: number;
  readonly kind: string;
  readonly payload: string;
}

/** Reads a table of character-tables.ts; test/fixtures/tokenizers/make_characters.py says how it is written. */
function runsOf(table: string): Run[] {
  let end = -1;
  return table.split(',').map((entry) => {
    const parts = /^([0-9a-z]+)(?:\+([0-9a-z]+))?([-!>%=~@])(.*)$/.exec(entry);
    if (parts === null) throw new Error(`not a run: ${entry}`);
    const first = end + 1 + Number.parseInt(parts[1] as string, 36);
    end = first + Number.parseInt(parts[2] ?? '0', 36);
    return { first, last: end, kind: parts[3] as string, payload: parts[4] as string };
  });
}

/** The map that a table describes. */
export function characterMap(table: string): CharacterMap {
  const map = new Map<number, string>();
  for (const { first, last, kind, payload } of runsOf(table)) {
    const step = kind === '%' ? 2 : 1;
    for (let point = first; point <= last; point += step) map.set(point, becomes(point, kind, payload));
  }
  return map;
}

function becomes(point: number, kind: string, payload: string): string {
  switch (kind) {
    case '-':
      return '';
    case '!':
      return ` ${String.fromCodePoint(point)} `;
    case '~':
      return jamo(point);
    case '=':
      return String.fromCodePoint(...payload.split('.').map((digits) => Number.parseInt(digits, 36)));
    default:
      return String.fromCodePoint(point + Number.parseInt(payload, 36));
  }
}

/** A Hangul syllable taken apart (Unicode, 3.12). */
function jamo(point: number): string {
  const index = point - HANGUL;
  const [lead, vowel, trail] = [Math.floor(index / 588), Math.floor((index % 588) / 28), index % 28];
  const parts = [0x1100 + lead, 0x1161 + vowel, ...(trail > 0 ? [0x11a7 + trail] : [])];
  return String.fromCodePoint(...parts);
}

/** One map after another. */
export function chained(maps: readonly CharacterMap[]): CharacterMap {
  const [first, ...rest] = maps;
  if (first === undefined) return new Map();
  if (rest.length === 0) return first;
  const points = new Set(maps.flatMap((map) => [...map.keys()]));
  const result = new Map<number, string>();
  for (const point of points) {
    const text = maps.reduce(mapped, String.fromCodePoint(point));
    if (text !== String.fromCodePoint(point)) result.set(point, text);
  }
  return result;
}

/** A text with every character mapped. */
export function mapped(text: string, map: CharacterMap): string {
  let result = '';
  for (const character of text) result += map.get(character.codePointAt(0) as number) ?? character;
  return result;
}

/** What is mapped beside single characters: short clusters, and the classes that tell where clusters end. */
export interface Clusters {
  /** Keys of up to five bytes, of which none begins another, with what a cluster becomes that begins so. */
  readonly keys: readonly (readonly [Uint8Array, string])[];
  /** A table of classes. */
  readonly classes: string;
}

/**
 * The words of a part, without its head.
 * @returns `null` when its texts are more than an entry can name
 */
export function mapWords(map: CharacterMap, clusters: Clusters | null = null): number[] | null {
  const texts = new TextPlaces();
  const entries = [...map].sort(([a], [b]) => a - b);
  const words: number[] = [];
  for (let at = 0; at < entries.length;) {
    const [count, first, last, second] = nextEntry(entries, at, texts);
    words.push(first * MAX_RUN + (last - first), second);
    at += count;
  }
  const classes = runsOf(clusters?.classes ?? '0@0').flatMap(({ first, last, payload }) => {
    const parts: number[] = [];
    for (let from = first; from <= last; from += MAX_RUN)
      parts.push(from * MAX_RUN + (Math.min(last, from + MAX_RUN - 1) - from), Number.parseInt(payload, 36));
    return clusters === null ? [] : parts;
  });
  const keys = [...(clusters?.keys ?? [])]
    .map(([bytes, text]) => ({ bytes: [...bytes, 0, 0, 0, 0].slice(0, 5), place: texts.place(text) }))
    .sort((a, b) => compare(a.bytes, b.bytes))
    .flatMap(({ bytes: [a = 0, b = 0, c = 0, d = 0, e = 0], place }) => [
      (e << 24) | place,
      ((a << 24) | (b << 16) | (c << 8) | d) >>> 0,
    ]);
  const blob = texts.finish();
  if (blob.length > MAX_TEXT_BYTES) return null;
  const view = new DataView(blob.buffer);
  const counts = [words.length / 2, classes.length / 2, keys.length / 2, blob.length];
  const blobWords = Array.from({ length: Math.ceil(blob.length / 4) }, (_, index) =>
    Array.from({ length: 4 }, (_, byte) =>
      index * 4 + byte < blob.length ? view.getUint8(index * 4 + byte) * 2 ** (8 * byte) : 0,
    ).reduce((sum, value) => sum + value, 0),
  );
  return [...counts, ...words, ...classes, ...keys.map((word) => word >>> 0), ...blobWords];
}

type Entries = readonly (readonly [number, string])[];

/** The longest entry that begins at an index: how many characters it takes, its first and last, and its second word. */
function nextEntry(
  entries: Entries,
  at: number,
  texts: TextPlaces,
): readonly [count: number, first: number, last: number, second: number] {
  const [first, text] = entries[at] as readonly [number, string];
  const kindOf = (point: number, value: string): string => {
    if (value === ` ${String.fromCodePoint(point)} `) return '!';
    if (point >= HANGUL && point < HANGUL + HANGUL_COUNT && value === jamo(point)) return '~';
    const target = value.codePointAt(0);
    const isOne = target !== undefined && String.fromCodePoint(target) === value;
    // Shifts have no text; an entry of its own takes no more than a place.
    return isOne && target !== 0 ? `>${target - point}` : `=${value}`;
  };
  const kind = kindOf(first, text);
  const step = kind[0] === '>' && sameAt(entries, at + 1, first + 2, kind, kindOf) ? 2 : 1;
  let count = 1;
  let last = first;
  const fits = (point: number): boolean => point - first < MAX_RUN && !(first < 0xd800 && point > 0xdfff);
  while (fits(last + step) && sameAt(entries, at + count, last + step, kind, kindOf)) {
    last += step;
    count++;
  }
  const shift = (Number.parseInt(kind.slice(1), 10) & 0xffffff) >>> 0;
  const second = {
    '!': Becomes.Spaced * 2 ** 24,
    '~': Becomes.Jamo * 2 ** 24,
    '>': (step === 2 ? Becomes.ShiftedByTwo : Becomes.Shifted) * 2 ** 24 + shift,
    '=': Becomes.Text * 2 ** 24 + (kind[0] === '=' ? texts.place(text) : 0),
  }[kind[0] as '!' | '~' | '>' | '='];
  return [count, first, last, second];
}

function sameAt(
  entries: Entries,
  index: number,
  point: number,
  kind: string,
  kindOf: (point: number, value: string) => string,
): boolean {
  const entry = entries[index];
  return entry?.[0] === point && kindOf(point, entry[1]) === kind;
}

/** Texts one after another, each with a zero behind it. */
class TextPlaces {
  readonly #places = new Map<string, number>();
  readonly #bytes: number[] = [];

  place(text: string): number {
    let place = this.#places.get(text);
    if (place === undefined) {
      place = this.#bytes.length;
      this.#places.set(text, place);
      for (const byte of new TextEncoder().encode(text)) this.#bytes.push(byte);
      this.#bytes.push(0);
    }
    return place;
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, byte] of a.entries()) if (byte !== b[index]) return byte - (b[index] ?? 0);
  return 0;
}
