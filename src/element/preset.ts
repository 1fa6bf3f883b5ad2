/** What an embedder gave by attribute, checked: settings to begin with, what a reader may change, which steps there are. */
import { DEFAULT_BOARD_ID, findBoard } from '../plan/boards.js';
import { DEFAULT_SCHEME, GRANULARITIES, type WantedScheme } from '../plan/scheme.js';
import { UsageError } from '../shared/errors.js';
import { readPresetWords, words, type Preset } from './preset-words.js';

export * from './preset-words.js';

/** Attributes as they were written; `null` or `undefined` for absent, as frameworks leave them. */
export interface PresetAttributes {
  readonly board: string | null | undefined;
  readonly scheme: string | null | undefined;
  readonly context: number | string | null | undefined;
  readonly prompt: string | null | undefined;
  readonly locked: string | null | undefined;
  readonly steps: string | null | undefined;
}

/**
 * Reads the attributes.
 * @throws UsageError naming the attribute and its choices
 */
export function readPreset(attributes: PresetAttributes): Preset {
  const given = attributes.context ?? null;
  const context = given === null ? null : Number(given);
  if (context !== null && !(Number.isInteger(context) && context >= 2)) {
    throw new UsageError('The attribute context takes a whole number of tokens, 2 at least.');
  }
  const { granularity, activations, cache } = readScheme(attributes.scheme ?? '');
  const { steps, locked } = readPresetWords(attributes);
  return {
    settings: {
      board: findBoard(attributes.board ?? DEFAULT_BOARD_ID).id,
      granularity,
      activations,
      cache,
      context,
    },
    prompt: attributes.prompt ?? null,
    locked,
    steps,
  };
}

/**
 * Reads a scheme: words in any order, each at most once. `int8` (the only encoding), a granularity (`tensor`, `channel`,
 * `group:128`, `group:64`, `group:32`), `dynamic` or `static`, `cache:auto`, `cache:int8` or `cache:float32`.
 * @throws UsageError naming the word and the choices
 */
export function readScheme(text: string): WantedScheme {
  const scheme: { -readonly [Key in keyof WantedScheme]: WantedScheme[Key] } = { ...DEFAULT_SCHEME };
  const seen = new Set<string>();
  for (const word of words(text)) {
    const granularity = GRANULARITIES.find((known) => known === word);
    const cache = CACHES.find((known) => `cache:${known}` === word);
    let part: string;
    if (word === 'int8') part = 'weights';
    else if (granularity !== undefined) {
      part = 'granularity';
      scheme.granularity = granularity;
    } else if (word === 'dynamic' || word === 'static') {
      part = 'activations';
      scheme.activations = word;
    } else if (cache !== undefined) {
      part = 'cache';
      scheme.cache = cache;
    } else {
      throw new UsageError(
        `The attribute scheme has the word "${word}". It knows int8, ${GRANULARITIES.join(', ')}, dynamic, static, ` +
          `${CACHES.map((known) => `cache:${known}`).join(', ')}.`,
      );
    }
    if (seen.has(part)) throw new UsageError(`The attribute scheme gives its ${part} twice. Leave one out.`);
    seen.add(part);
  }
  return scheme;
}

/** A scheme as {@link readScheme} reads it back. */
export function writeScheme({ granularity, activations, cache }: Omit<WantedScheme, 'weights'>): string {
  return `int8 ${granularity} ${activations} cache:${cache}`;
}

const CACHES = ['auto', 'int8', 'float32'] as const;
