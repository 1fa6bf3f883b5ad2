/** A scheme as people write it: a few words, in an attribute of the element or an option of the command line. */
import { UsageError } from '../shared/errors.js';
import { words } from '../shared/words.js';
import { DEFAULT_SCHEME, GRANULARITIES, type WantedScheme } from './scheme.js';

const CACHES = ['auto', 'int8', 'float32'] as const satisfies readonly WantedScheme['cache'][];

/**
 * Reads a scheme: words in any order, each at most once. `int8` (the only encoding), a granularity (`tensor`, `channel`,
 * `group:128`, `group:64`, `group:32`), `dynamic` or `static`, `cache:auto`, `cache:int8` or `cache:float32`.
 * @param place where the text was written, as the errors name it
 * @throws UsageError naming the word and the choices
 */
export function readScheme(text: string, place: string): WantedScheme {
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
        `${place} has the word "${word}". It knows int8, ${GRANULARITIES.join(', ')}, dynamic, static, ` +
          `${CACHES.map((known) => `cache:${known}`).join(', ')}.`,
      );
    }
    if (seen.has(part)) throw new UsageError(`${place} gives its ${part} twice. Leave one out.`);
    seen.add(part);
  }
  return scheme;
}

/** A scheme as {@link readScheme} reads it back. */
export function writeScheme({ granularity, activations, cache }: Omit<WantedScheme, 'weights'>): string {
  return `int8 ${granularity} ${activations} cache:${cache}`;
}
