/** Between the state of an element and a place: what a link to the present step says, and what a place stands for. */
import { findBoard } from '../../plan/boards.js';
import { DEFAULT_SCHEME } from '../../plan/defaults.js';
import { readChoices, writeChoices } from '../../plan/scheme-text.js';
import type { ModelSource } from '../../worker/jobs.js';
import { writeAddress } from '../model-address.js';
import { readEffort } from '../preset.js';
import { STEPS, type Lock, type StepName } from '../preset-words.js';
import { SAMPLES } from '../samples/list.js';
import { stepOf, type Choice, type Settings, type State } from '../state.js';
import type { Place } from './place.js';

/** Longer prompts are for the box, not for an address. */
const MOST_PROMPT = 500;

/**
 * The place of a state.
 * @param sample address of the sample's folder, `null` for none
 * @param page address of the page
 * @param own as in {@link settingsPlace}
 * @returns `null` before a model is read; `undefined` for what lasts only a moment
 */
export function placeOf(
  state: State,
  sample: string | null,
  page: string,
  own = '',
): Place | null | undefined {
  switch (state.step) {
    case 'choose':
      return null;
    case 'talk':
      return { step: 'chat' };
    case 'fit':
      return state.planning ? undefined : { ...choicePlace(state.choice, sample, page, own), step: 'fit' };
    case 'result': {
      const { prompt } = state.options;
      return {
        ...choicePlace(state.choice, sample, page, own),
        ...(prompt === '' || prompt.length > MOST_PROMPT ? {} : { prompt }),
        step: stepOf(state),
      };
    }
    case 'reading':
    case 'converting':
      return undefined;
  }
}

function choicePlace({ source, settings }: Choice, sample: string | null, page: string, own: string): Place {
  const model = modelText(source, sample, page);
  return { ...(model === null ? {} : { model }), ...settingsPlace(settings, own) };
}

/** What need not be said. */
const USUAL: ReadonlySet<string> = new Set(writeChoices({ scheme: DEFAULT_SCHEME, edits: [] }).split(' '));

/**
 * Settings as words of a place, and of the attributes. Of what words cannot carry, the rest is said.
 * @param own what the page says of the scheme, which a place without a word would mean
 */
export function settingsPlace(
  { board, context, weights, granularity, activations, cache, chat, effort, edits = [] }: Settings,
  own = '',
): Place {
  const carried = edits.filter(({ tokens, text }) => tokens !== 'text' && text === undefined);
  const scheme = { weights, granularity, activations, cache, chat };
  const said = writeChoices({ scheme, edits: carried }).split(' ');
  const words = said.filter((word) => !USUAL.has(word)).join(' ') || (own === '' ? '' : said.join(' '));
  return {
    board,
    ...(words === '' ? {} : { scheme: words }),
    ...(context === null ? {} : { context: String(context) }),
    ...(effort === undefined ? {} : { effort }),
  };
}

/** Whether all of the settings are in their place. */
export function isCarried({ encodings, wiring, grammar, edits = [] }: Settings): boolean {
  return (
    [encodings, wiring, grammar].every((one) => one === undefined) &&
    edits.every(({ tokens, text }) => tokens !== 'text' && text === undefined)
  );
}

/** A model as a place names it; `null` for files, and for addresses with a query, which may be all that lets anybody in. */
export function modelText(source: ModelSource, sample: string | null, page: string): string | null {
  const address = writeAddress(source);
  if (source.kind !== 'url' || address === null) return address;
  const url = new URL(address);
  if (url.search !== '') return null;
  const known = sampleFolder(address, sample);
  if (known !== null) return known;
  return url.origin === new URL(page).origin ? url.pathname : address;
}

function sampleFolder(address: string, sample: string | null): string | null {
  if (sample === null) return null;
  const found = SAMPLES.find(({ folder }) => new URL(`../${folder}/`, sample).href === address);
  return found?.folder ?? null;
}

/** The address of a model that a place names: that of a sample's folder, or as it is written. */
export function modelAddress(text: string, sample: string | null): string {
  const known = SAMPLES.find(({ folder }) => folder === text);
  return known === undefined || sample === null ? text : new URL(`../${known.folder}/`, sample).href;
}

/** What a place asks for, checked. */
export interface Wish {
  readonly model: string | null;
  readonly settings: Partial<Settings>;
  readonly prompt: string | null;
  readonly step: StepName;
}

/** What a place asks for makes no sense; the message says it in English. */
export class WishError extends Error {
  readonly field: keyof Place;

  constructor(field: keyof Place, message: string) {
    super(message);
    this.field = field;
  }
}

/**
 * Reads a place. What the page has settled is left as it is.
 * @throws WishError
 */
export function readWish(place: Place, locked: ReadonlySet<Lock>): Wish {
  const { step = 'fit' } = place;
  const field = <T>(name: keyof Place, read: (text: string) => T): T | null => {
    const text = place[name];
    if (text === undefined || (locked as ReadonlySet<string>).has(name)) return null;
    try {
      return read(text);
    } catch (error) {
      throw new WishError(name, error instanceof Error ? error.message : String(error));
    }
  };
  const known = STEPS.find((name) => name === step);
  if (known === undefined) throw new WishError('step', `There is no step "${step}".`);
  const chosen = field('scheme', (text) => readChoices(text, 'The link'));
  const board = field('board', (text) => findBoard(text).id);
  const context = field('context', readContext);
  // Who settled how numbers are stored has settled how much work that is.
  const effort = locked.has('scheme') ? null : field('effort', (text) => readEffort(text, 'The link'));
  return {
    model: place.model ?? null,
    settings: {
      ...(chosen === null
        ? {}
        : { ...chosen.scheme, ...(chosen.edits.length === 0 ? {} : { edits: chosen.edits }) }),
      ...(board === null ? {} : { board }),
      ...(context === null ? {} : { context }),
      ...effort,
    },
    prompt: field('prompt', (text) => text.slice(0, MOST_PROMPT)),
    step: known,
  };
}

function readContext(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text) && text !== '1') return Number(text);
  throw new RangeError(`A context is a whole number of tokens, 2 at least, and not "${text}".`);
}
