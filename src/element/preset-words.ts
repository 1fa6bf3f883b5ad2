/** The attributes that say which steps there are and what is locked: all that the first view needs of a preset. */
import { DEFAULT_BOARD_ID, DEFAULT_SCHEME } from '../plan/defaults.js';
import { UsageError } from '../shared/errors.js';
import { words } from '../shared/words.js';
import type { Panel, Settings } from './state.js';

/** The steps of the way in their order; an embedder can leave some out. */
export const STEPS = ['choose', 'fit', 'convert', 'compare', 'try', 'take', 'flash', 'chat'] as const;

export type StepName = (typeof STEPS)[number];

/** What a page can keep readers from changing. */
export const LOCKS = ['model', 'board', 'scheme', 'context', 'prompt'] as const;

/** Those, and models elsewhere, which the attribute `no-network` keeps from them. */
export type Lock = (typeof LOCKS)[number] | 'network';

/** What is locked and shown. */
export interface PresetWords {
  readonly locked: ReadonlySet<Lock>;
  readonly steps: ReadonlySet<StepName>;
}

/** The attributes' meaning. */
export interface Preset extends PresetWords {
  readonly settings: Settings;
  /** First prompt of the trial, `null` for the element's own choice. */
  readonly prompt: string | null;
}

/** Nothing locked, all steps. */
export const NO_PRESET: Preset = {
  settings: {
    ...DEFAULT_SCHEME,
    board: DEFAULT_BOARD_ID,
    context: null,
  },
  prompt: null,
  locked: new Set(),
  steps: new Set(STEPS),
};

/**
 * A property as the attribute would have it. Frameworks set properties: `true` for an attribute without a value, `false` for none,
 * numbers for their digits, lists for their words.
 * @returns `null` for none
 * @throws UsageError naming the property, for what cannot be text
 */
export function attributeText(name: string, value: unknown): string | null {
  if (value === null || value === undefined || value === false) return null;
  if (value === true) return '';
  if (Array.isArray(value)) return value.join(' ');
  if (typeof value === 'string' || typeof value === 'number' || value instanceof URL) return String(value);
  throw new UsageError(
    `The property ${name} is of type ${typeof value}. It takes text, as its attribute does.`,
  );
}

/**
 * Reads the attributes `locked` and `steps`.
 * @throws UsageError naming the attribute and its choices
 */
export function readPresetWords(attributes: {
  readonly locked: unknown;
  readonly steps: unknown;
}): PresetWords {
  const steps = readSteps(attributeText('steps', attributes.steps));
  const locked = readLocks(attributeText('locked', attributes.locked));
  // Without the step there is nothing to choose with.
  if (!steps.has('choose')) locked.add('model');
  return { steps, locked };
}

/** The same where there is nobody to be told: attributes that make no sense are told of when a model is loaded. */
export function presetOf(attributes: Parameters<typeof readPresetWords>[0]): PresetWords {
  try {
    return readPresetWords(attributes);
  } catch {
    return NO_PRESET;
  }
}

/** The attribute without words locks everything. Some frameworks write switches as `true` and `false`. */
function readLocks(text: string | null): Set<Lock> {
  if (text === null || text === 'false') return new Set();
  const listed = words(text === 'true' ? '' : text).map((word) => one('locked', word, LOCKS));
  return new Set(listed.length === 0 ? LOCKS : listed);
}

function readSteps(text: string | null): Set<StepName> {
  const listed = words(text ?? '').map((word) => one('steps', word, STEPS));
  return new Set(listed.length === 0 ? STEPS : listed);
}

function one<T extends string>(name: string, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) {
    throw new UsageError(`The attribute ${name} has the word "${value}". It knows ${choices.join(', ')}.`);
  }
  return found;
}

const PANELS: readonly Panel[] = ['compare', 'try', 'take', 'flash', 'chat'];

/** Where a result is shown first; a page that left all of them out still gets the files. */
export function firstPanel({ steps }: Preset, onward: Panel | null): Panel {
  return onward !== null && steps.has(onward) ? onward : (PANELS.find((panel) => steps.has(panel)) ?? 'take');
}
