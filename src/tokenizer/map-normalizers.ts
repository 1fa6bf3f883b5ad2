/** Normalizers of tokenizer.json that map characters: BERT's, Lowercase, StripAccents, Nmt and Precompiled. */
import type { Component } from './component.js';
import { text, wrongPart } from './component.js';
import { chained, characterMap, mapped, mapWords, type CharacterMap } from './character-map.js';
import * as tables from './character-tables.js';
import { readCharsmap } from './precompiled.js';

/** A normalizer as a part of the TOKN section. */
export interface MapPart {
  readonly words: readonly number[];
  /** Bytes that one byte becomes, at most. */
  readonly times: number;
  /** What it makes of a text; `null` when only the engine can tell. */
  apply(value: string): string | null;
}

/** @throws FormatError, UnsupportedError */
export function mapOf(part: Component): MapPart {
  if (part.type === 'Precompiled') return precompiled(part);
  const chain = tablesOf(part);
  const key = chain.map((table) => table.length).join(' ');
  let made = MADE.get(key);
  if (made === undefined) {
    made = madeOf(chained(chain.map(characterMap)), part);
    MADE.set(key, made);
  }
  return made;
}

/** What was made of tables: BERT's have a hundred thousand characters, and are the same for every model. */
const MADE = new Map<string, MapPart>();

function madeOf(map: CharacterMap, { fields, path }: Component): MapPart {
  const words = mapWords(map);
  if (words === null) throw wrongPart(fields, path, 'Its texts are larger than a package can hold.');
  return { words, times: growthOf(map), apply: (value) => mapped(value, map) };
}

/** Tables that follow one another. What they do to a character does not depend on its neighbours. */
function tablesOf({ type, fields, path }: Component): string[] {
  switch (type) {
    case 'Lowercase':
      return [tables.LOWERCASE];
    case 'StripAccents':
      return [tables.WITHOUT_MARKS];
    case 'Nmt':
      return [tables.NMT];
    case 'BertNormalizer': {
      const lowercase = fields.boolean('lowercase', true);
      const strips = fields.isSet('strip_accents') ? fields.boolean('strip_accents', false) : lowercase;
      return [
        ...(fields.boolean('clean_text', true) ? [tables.BERT_CLEAN] : []),
        ...(fields.boolean('handle_chinese_chars', true) ? [tables.BERT_CHINESE] : []),
        ...(strips ? [tables.BERT_ACCENTS] : []),
        ...(lowercase ? [tables.LOWERCASE] : []),
      ];
    }
    default:
      throw wrongPart(fields, path, `The normalizer ${type} is not supported.`);
  }
}

function precompiled(part: Component): MapPart {
  const { map, keys } = readCharsmap(text(part.fields, 'precompiled_charsmap'), part);
  const words = mapWords(map, { keys, classes: tables.CLUSTERS });
  if (words === null)
    throw wrongPart(part.fields, part.path, 'Its texts are larger than a package can hold.');
  const times = keys.reduce(
    (most, [bytes, value]) => Math.max(most, Math.ceil(utf8Length(value) / bytes.length)),
    growthOf(map),
  );
  // Clusters of ASCII have one character, but for the end of a line.
  const isPlain = (value: string): boolean => /^[\0-\x7f]*$/.test(value) && !value.includes('\r\n');
  return { words, times, apply: (value) => (isPlain(value) ? mapped(value, map) : null) };
}

function growthOf(map: CharacterMap): number {
  let most = 1;
  for (const [point, value] of map)
    most = Math.max(most, Math.ceil(utf8Length(value) / utf8Length(String.fromCodePoint(point))));
  return most;
}

function utf8Length(value: string): number {
  let bytes = 0;
  for (const character of value) {
    const point = character.codePointAt(0) as number;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}
