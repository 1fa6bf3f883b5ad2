/**
 * The character map of SentencePiece (`precompiled_charsmap`): a double-array trie of darts-clone from bytes to places in a
 * block of texts that end with zeros. Of several keys with which a text begins the library takes the shortest.
 */
import { FormatError } from '../shared/errors.js';
import type { Component } from './component.js';
import { wrongPart } from './component.js';

/** What the keys become. */
export interface Charsmap {
  /** Keys of one character. */
  readonly map: ReadonlyMap<number, string>;
  /** Keys of several characters, none of which begins with another key. */
  readonly keys: readonly (readonly [Uint8Array, string])[];
}

/** Bytes of the longest text that is looked up: the library looks up clusters of up to five. */
const MAX_KEY_BYTES = 5;

/** Units of the trie; NFKC with case folding has 45,000. */
const MAX_UNITS = 1 << 20;

/** Most keys; NFKC with case folding has 6,000. */
const MAX_KEYS = 1 << 16;

/** Most beginnings of keys: a hostile trie may lead to one place by many ways. */
const MAX_NODES = 1 << 17;

/** Longest text that a key becomes; NFKC has 33 bytes. */
const MAX_TEXT_BYTES = 64;

/**
 * Reads the map from base 64.
 * @param part for messages
 * @throws FormatError, UnsupportedError
 */
export function readCharsmap(base64: string, { fields, path }: Component): Charsmap {
  const broken = (problem: string): FormatError =>
    new FormatError(problem, {
      file: fields.file,
      field: `${path}.precompiled_charsmap`,
      remedy: 'Take the file of the original model.',
    });
  const bytes = bytesOf(base64);
  if (bytes === null) throw broken('It is not in base 64.');
  const view = new DataView(bytes.buffer);
  const trieBytes = bytes.length < 4 ? 0 : view.getUint32(0, true);
  if (bytes.length < 4 || trieBytes % 4 !== 0 || trieBytes > bytes.length - 4)
    throw broken('Its trie ends outside of it.');
  if (trieBytes / 4 > MAX_UNITS) throw wrongPart(fields, path, 'Its trie is larger than any.');
  const units = Array.from({ length: trieBytes / 4 }, (_, index) => view.getUint32(4 + index * 4, true));
  const texts = bytes.subarray(4 + trieBytes);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const textAt = (place: number): string => {
    const end = texts.indexOf(0, place);
    if (place > texts.length) throw broken('A key leads outside of its texts.');
    const text = texts.subarray(place, end < 0 ? texts.length : end);
    if (text.length > MAX_TEXT_BYTES)
      throw wrongPart(fields, path, `A text in it has more than ${MAX_TEXT_BYTES} bytes.`);
    try {
      return decoder.decode(text);
    } catch {
      throw broken('A text in it is not UTF-8.');
    }
  };
  const map = new Map<number, string>();
  const keys: (readonly [Uint8Array, string])[] = [];
  for (const [key, place] of shortestKeys(units, broken)) {
    const characters = charactersOf(key);
    if (characters === null) throw wrongPart(fields, path, 'A key in it is not of whole characters.');
    const text = textAt(place);
    if (characters.length > 1) keys.push([key, text]);
    else map.set(characters[0] as number, text);
  }
  return { map, keys };
}

/** Keys that no other key begins, with the places of their texts, as far as a text that is looked up can have them. */
function* shortestKeys(
  units: readonly number[],
  broken: (problem: string) => FormatError,
): Generator<readonly [Uint8Array, number]> {
  const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6);
  const root = units[0];
  if (root === undefined) return;
  let found = 0;
  let nodes = 0;
  const pending: { at: number; key: readonly number[] }[] = [{ at: offsetOf(root), key: [] }];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (++nodes > MAX_NODES) throw broken('Its trie has more branches than any.');
    for (let byte = 255; byte > 0; byte--) {
      const at = node.at ^ byte;
      const unit = units[at];
      // The label of a unit is its low byte and, of a leaf, the highest bit, which no byte has.
      if (unit === undefined || (unit & 0x800000ff) !== byte) continue;
      const next = at ^ offsetOf(unit);
      const key = [...node.key, byte];
      if ((unit & 0x100) !== 0) {
        const leaf = units[next];
        if (leaf === undefined) throw broken('Its trie leads outside of itself.');
        if (++found > MAX_KEYS) throw broken('Its trie has more keys than any.');
        yield [Uint8Array.from(key), leaf & 0x7fffffff];
      } else if (key.length < MAX_KEY_BYTES) {
        pending.push({ at: next, key });
      }
    }
  }
}

/** Code points of bytes that are UTF-8, else `null`. */
function charactersOf(bytes: Uint8Array): number[] | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return Array.from(text, (character) => character.codePointAt(0) as number);
  } catch {
    return null;
  }
}

function bytesOf(base64: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
