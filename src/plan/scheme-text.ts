/** A scheme as people write it: a few words, in an attribute of the element or an option of the command line. */
import type { Edit } from '../edit/edit.js';
import { UsageError } from '../shared/errors.js';
import { words } from '../shared/words.js';
import { DEFAULT_SCHEME } from './defaults.js';
import {
  CHATS,
  GRANULARITIES,
  OFFERED_WEIGHTS,
  WANTED_ACTIVATIONS,
  WANTED_CACHES,
  WANTED_GRANULARITIES,
  WANTED_WEIGHTS,
  type WantedScheme,
} from './scheme.js';

/**
 * Reads a scheme: words in any order, each at most once. What the weights become (`weights:auto`, `int8`, `int4`), a
 * granularity (`granularity:auto`, `tensor`, `channel`, `group:128`, `group:64`, `group:32`, `group:16`),
 * `activations:auto`, `activations:int16` and so on, `static` for short, `cache:auto`, `cache:int8` or `cache:float32`,
 * `chat:template` or `chat:begin`.
 * @param place where the text was written, as the errors name it
 * @throws UsageError naming the word and the choices
 */
export function readScheme(text: string, place: string): WantedScheme {
  const scheme: { -readonly [Key in keyof WantedScheme]: WantedScheme[Key] } = { ...DEFAULT_SCHEME };
  const seen = new Set<string>();
  for (const word of words(text)) {
    const granularity = WANTED_GRANULARITIES.find((known) => isWord(known, 'granularity', word));
    const weights = WANTED_WEIGHTS.find((known) => isWord(known, 'weights', word));
    const activations = readActivations(word.replace(/^activations:/, ''), word);
    const cache = WANTED_CACHES.find((known) => `cache:${known}` === word);
    const chat = CHATS.find((known) => `chat:${known}` === word);
    let part: string;
    if (weights !== undefined) {
      part = 'weights';
      scheme.weights = weights;
    } else if (granularity !== undefined) {
      part = 'granularity';
      scheme.granularity = granularity;
    } else if (activations !== undefined) {
      part = 'activations';
      scheme.activations = activations;
    } else if (cache !== undefined) {
      part = 'cache';
      scheme.cache = cache;
    } else if (chat !== undefined) {
      part = 'chat';
      scheme.chat = chat;
    } else {
      throw new UsageError(
        `${place} has the word "${word}". It knows weights:auto, ${OFFERED_WEIGHTS.join(', ')}, granularity:auto, ${GRANULARITIES.join(', ')}, ` +
          `${WANTED_ACTIVATIONS.map((known) => `activations:${known}`).join(', ')}, ` +
          `${[...WANTED_CACHES.map((known) => `cache:${known}`), ...CHATS.map((known) => `chat:${known}`), 'vocabulary:4096'].join(', ')}.`,
      );
    }
    if (seen.has(part)) throw new UsageError(`${place} gives its ${part} twice. Leave one out.`);
    seen.add(part);
  }
  return scheme;
}

/** A scheme with the changes of the model that stand among its words. */
export interface Choices {
  readonly scheme: WantedScheme;
  readonly edits: readonly Edit[];
}

/**
 * Reads a scheme as {@link readScheme}, and `vocabulary:4096`, the number of tokens that are left of the vocabulary.
 * @throws as that
 */
export function readChoices(text: string, place: string): Choices {
  const all = words(text);
  const cuts = all.filter((word) => word.startsWith(CUT));
  const scheme = readScheme(all.filter((word) => !cuts.includes(word)).join(' '), place);
  const [first, second] = cuts;
  if (first === undefined) return { scheme, edits: [] };
  if (second !== undefined) throw new UsageError(`${place} gives its vocabulary twice. Leave one out.`);
  const digits = /^[1-9]\d{0,7}$/.exec(first.slice(CUT.length))?.[0];
  if (digits === undefined)
    throw new UsageError(
      `${place} has the word "${first}". A vocabulary is a number of tokens, as ${CUT}4096.`,
    );
  return { scheme, edits: [{ kind: 'vocabulary', tokens: Number(digits) }] };
}

const CUT = 'vocabulary:';

/**
 * Choices as {@link readChoices} reads them back.
 * @throws UsageError for a vocabulary that was cut for a text, which words cannot carry
 */
export function writeChoices({ scheme, edits }: Choices): string {
  const cuts = edits.map(({ tokens, text }) => {
    if (tokens === 'text' || text !== undefined) {
      throw new UsageError(
        'The vocabulary was cut for a text, which a kit does not carry. Cut it to a number of tokens without a text, or take the image alone.',
      );
    }
    return ` ${CUT}${tokens}`;
  });
  return `${writeScheme(scheme)}${cuts.join('')}`;
}

/** Weights and granularities stand by themselves; `auto` alone would not say of what. */
function isWord(known: string, part: 'weights' | 'granularity', word: string): boolean {
  return word === (known === 'auto' ? `${part}:auto` : known);
}

/** `static` stands by itself as well, and so does `dynamic`, what scales found on the chip were called. */
function readActivations(name: string, word: string): WantedScheme['activations'] | undefined {
  if (word === 'dynamic') return 'auto';
  return WANTED_ACTIVATIONS.find((known) => known === name && (word !== name || word === 'static'));
}

/** A scheme as {@link readScheme} reads it back. */
export function writeScheme({ weights, granularity, activations, cache, chat }: WantedScheme): string {
  const words = [
    weights === 'auto' ? 'weights:auto' : weights,
    granularity === 'auto' ? 'granularity:auto' : granularity,
  ];
  return `${words.join(' ')} activations:${activations} cache:${cache}${chat === 'begin' ? ' chat:begin' : ''}`;
}
