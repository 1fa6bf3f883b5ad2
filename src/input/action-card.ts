/**
 * The action card of a model: `actions.json` of its folder, which says what its answers mean. An answer is one flat JSON object;
 * the card names its keys, the effects that answers have, and the words of each language. See docs/actions.md.
 */
import { FormatError } from '../shared/errors.js';
import type { ModelFolder } from '../source/byte-source.js';
import { readText } from '../source/read-json.js';
import { ACTIONS_FILE } from './action-names.js';
import { CHANGES, PARTS, type Change, type Part } from './action-words.js';

/** The version that is read. */
const VERSION = 1;

/** A card has words for a few dozen things in a few languages. */
const MAX_CARD_BYTES = 64 * 1024;

/** Keys of an answer, rules of a card, languages, and words of a key: more than any answer of a small model tells apart. */
const MAX_KEYS = 16;
const MAX_RULES = 256;
const MAX_LANGUAGES = 32;
const MAX_WORDS = 256;

/** Longest word, template and value: they stand in one sentence. */
const MAX_TEXT = 120;

/** What a rule does. */
export interface Effect {
  readonly parts: readonly Part[];
  readonly change: Change;
  /** The key that holds the value, for `value`. */
  readonly from: string | null;
}

export interface Rule {
  /** The values that each named key must have one of; a key that is not named may have any, or be absent. */
  readonly when: Readonly<Record<string, readonly string[]>>;
  /** `null` where an answer has none. */
  readonly effect: Effect | null;
}

/** What a language says of an answer. */
export interface Sayings {
  /** Pieces in their order, each with keys in braces; one whose key is absent, or says nothing, is left out. */
  readonly sentence: readonly string[];
  /** By key and value; an empty word says nothing. */
  readonly words: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** By key and the letters around a number, e.g. `%` or `C`: with `{n}` for the number. */
  readonly units: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface ActionCard {
  readonly keys: readonly string[];
  /** The key that names the place, whose parts are changed; `null` where there is one place. */
  readonly place: string | null;
  /** The key that puts the action off, which is then only announced; `null` without. */
  readonly delay: string | null;
  /** The first rule that holds counts. */
  readonly rules: readonly Rule[];
  /** By language, BCP 47. */
  readonly say: Readonly<Record<string, Sayings>>;
}

/**
 * @returns `null` when the folder has none
 * @throws FormatError when it is broken, naming the place; TransportError
 */
export async function readActionCard(folder: ModelFolder, signal?: AbortSignal): Promise<ActionCard | null> {
  const text = await readText(folder, ACTIONS_FILE, MAX_CARD_BYTES, signal);
  if (text === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw wrong('the file', `valid JSON (${(cause as Error).message})`);
  }
  return actionCard(value);
}

/** @throws FormatError naming the place */
export function actionCard(value: unknown): ActionCard {
  const card = object(value, 'the card', ['version', 'keys', 'place', 'delay', 'rules', 'say']);
  if (card['version'] !== VERSION) throw wrong('version', `the number ${VERSION}`);
  const keys = list(card['keys'], 'keys', MAX_KEYS).map((key, index) => text(key, `keys[${index}]`, false));
  if (new Set(keys).size !== keys.length) throw wrong('keys', 'names that are all different');
  const named = (key: string): string | null => (card[key] === undefined ? null : one(card[key], key, keys));
  return {
    keys,
    place: named('place'),
    delay: named('delay'),
    rules: list(card['rules'], 'rules', MAX_RULES).map((rule, index) =>
      readRule(rule, `rules[${index}]`, keys),
    ),
    say: table(card['say'], 'say', MAX_LANGUAGES, null, (sayings, place) =>
      readSayings(sayings, place, keys),
    ),
  };
}

function readRule(value: unknown, place: string, keys: readonly string[]): Rule {
  const rule = object(value, place, ['when', 'effect']);
  const when = table(rule['when'], `${place}.when`, MAX_KEYS, keys, (wanted, at) =>
    (Array.isArray(wanted) ? list(wanted, at, MAX_WORDS) : [wanted]).map((one) => text(one, at, false)),
  );
  if (rule['effect'] === undefined) return { when, effect: null };
  const at = `${place}.effect`;
  const effect = object(rule['effect'], at, null);
  const parts = Array.isArray(effect['part'])
    ? list(effect['part'], `${at}.part`, PARTS.length)
    : [effect['part']];
  const change = one(effect['set'], `${at}.set`, CHANGES);
  return {
    when,
    effect: {
      parts: parts.map((part) => one(part, `${at}.part`, PARTS)),
      change,
      from: change === 'value' ? one(effect['from'], `${at}.from`, keys) : null,
    },
  };
}

function readSayings(value: unknown, place: string, keys: readonly string[]): Sayings {
  const sayings = object(value, place, ['sentence', 'words', 'units']);
  const sentence = list(sayings['sentence'], `${place}.sentence`, MAX_KEYS).map((piece, index) => {
    const at = `${place}.sentence[${index}]`;
    const written = text(piece, at, false);
    for (const [, key = ''] of written.matchAll(/\{([^{}]*)\}/g)) one(key, at, keys);
    return written;
  });
  const words = (name: 'words' | 'units'): Sayings['words'] =>
    table(sayings[name] ?? {}, `${place}.${name}`, MAX_KEYS, keys, (inner, at) =>
      table(inner, at, MAX_WORDS, null, (word, where) => text(word, where, true)),
    );
  return { sentence, words: words('words'), units: words('units') };
}

/** @param known the keys that it may have, `null` for any: what others make of an effect is theirs */
function object(
  value: unknown,
  place: string,
  known: readonly string[] | null,
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(place, 'an object');
  const other = Object.keys(value).find((key) => known !== null && !known.includes(key));
  if (other !== undefined)
    throw wrong(place, `an object with the keys ${known?.join(', ') ?? ''} and no others`);
  return value as Readonly<Record<string, unknown>>;
}

/** An object of values that are all read alike. @param keys those that it may have, `null` for any */
function table<T>(
  value: unknown,
  place: string,
  most: number,
  keys: readonly string[] | null,
  read: (value: unknown, place: string) => T,
): Readonly<Record<string, T>> {
  const entries = Object.entries(object(value, place, keys));
  if (entries.length > most) throw wrong(place, `an object with at most ${most} keys`);
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, read(inner, `${place}.${key.slice(0, MAX_TEXT)}`)]),
  );
}

function list(value: unknown, place: string, most: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length > most) throw wrong(place, `a list of at most ${most} entries`);
  return value as readonly unknown[];
}

function text(value: unknown, place: string, mayBeEmpty: boolean): string {
  if (typeof value === 'string' && value.length <= MAX_TEXT && (mayBeEmpty || value !== '')) return value;
  throw wrong(place, `a text of at most ${MAX_TEXT} characters`);
}

function one<T extends string>(value: unknown, place: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw wrong(place, `one of ${choices.join(', ')}`);
  return found;
}

function wrong(place: string, wanted: string): FormatError {
  return new FormatError(`${place} is not ${wanted}.`, {
    file: ACTIONS_FILE,
    remedy:
      'Correct it as docs/actions.md describes, or remove the file: answers are then shown as they are.',
    code: 'broken-file',
  });
}
