/** What an embedder gave by attribute, checked: settings to begin with, what a reader may change, which steps there are. */
import { findBoard } from '../plan/boards.js';
import { DEFAULT_SCHEME, GRANULARITIES, type WantedScheme } from '../plan/scheme.js';
import { UsageError } from '../shared/errors.js';
import type { Settings } from './state.js';

/** The steps of the way in their order; an embedder can leave some out. */
export const STEPS = ['choose', 'fit', 'convert', 'compare', 'try', 'take', 'flash', 'chat'] as const;

export type StepName = (typeof STEPS)[number];

/** What a page can keep readers from changing. */
export const LOCKS = ['model', 'board', 'scheme', 'context', 'prompt'] as const;

export type Lock = (typeof LOCKS)[number];

/** Attributes as they were written; `null` for absent. */
export interface PresetAttributes {
  readonly board: string;
  readonly scheme: string;
  readonly context: number | null;
  readonly prompt: string | null;
  readonly locked: string | null;
  readonly steps: string | null;
}

/** The attributes' meaning. */
export interface Preset {
  readonly settings: Settings;
  /** First prompt of the trial, `null` for the element's own choice. */
  readonly prompt: string | null;
  readonly locked: ReadonlySet<Lock>;
  readonly steps: ReadonlySet<StepName>;
}

/** Nothing locked, all steps. */
export const NO_PRESET: Preset = {
  settings: {
    board: 'esp32-s3-n16r8',
    granularity: DEFAULT_SCHEME.granularity,
    activations: DEFAULT_SCHEME.activations,
    cache: DEFAULT_SCHEME.cache,
    context: null,
  },
  prompt: null,
  locked: new Set(),
  steps: new Set(STEPS),
};

/**
 * Reads the attributes.
 * @throws UsageError naming the attribute and its choices
 */
export function readPreset(attributes: PresetAttributes): Preset {
  const { context } = attributes;
  if (context !== null && !(Number.isInteger(context) && context >= 2)) {
    throw new UsageError('The attribute context takes a whole number of tokens, 2 at least.');
  }
  const { granularity, activations, cache } = readScheme(attributes.scheme);
  const steps = readSteps(attributes.steps);
  const locked = readLocks(attributes.locked);
  // Without the step there is nothing to choose with.
  if (!steps.has('choose')) locked.add('model');
  return {
    settings: { board: findBoard(attributes.board).id, granularity, activations, cache, context },
    prompt: attributes.prompt,
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

/** The attribute without words locks everything. */
function readLocks(text: string | null): Set<Lock> {
  if (text === null) return new Set();
  const listed = words(text).map((word) => one('locked', word, LOCKS));
  return new Set(listed.length === 0 ? LOCKS : listed);
}

function readSteps(text: string | null): Set<StepName> {
  if (text === null || text.trim() === '') return new Set(STEPS);
  return new Set(words(text).map((word) => one('steps', word, STEPS)));
}

function words(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((word) => word !== '');
}

function one<T extends string>(name: string, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) {
    throw new UsageError(`The attribute ${name} has the word "${value}". It knows ${choices.join(', ')}.`);
  }
  return found;
}
