/** What an embedder gave by attribute, checked: settings to begin with, what a reader may change, which steps there are. */
import { DEFAULT_BOARD_ID, findBoard } from '../plan/boards.js';
import { readChoices } from '../plan/scheme-text.js';
import { DEFAULT_EFFORT, EFFORTS, type Effort } from '../quantize/effort.js';
import { UsageError } from '../shared/errors.js';
import { attributeText, readPresetWords, type Preset } from './preset-words.js';

export * from './preset-words.js';

/** Attributes as they were written, or properties as pages and frameworks set them. */
export type PresetAttributes = Readonly<
  Record<'board' | 'scheme' | 'context' | 'effort' | 'prompt' | 'locked' | 'steps', unknown>
>;

/**
 * Reads the attributes.
 * @throws UsageError naming the attribute and its choices
 */
export function readPreset(attributes: PresetAttributes): Preset {
  const text = (name: keyof PresetAttributes): string | null => attributeText(name, attributes[name]);
  const given = text('context');
  const context = given === null ? null : Number(given);
  if (context !== null && !(Number.isInteger(context) && context >= 2)) {
    throw new UsageError('The attribute context takes a whole number of tokens, 2 at least.');
  }
  const { scheme, edits } = readChoices(text('scheme') ?? '', 'The attribute scheme');
  const effort = readEffort(text('effort') || DEFAULT_EFFORT, 'The attribute effort');
  const { steps, locked } = readPresetWords(attributes);
  return {
    settings: {
      ...scheme,
      ...(edits.length === 0 ? {} : { edits }),
      board: findBoard(text('board') || DEFAULT_BOARD_ID).id,
      context,
      ...effort,
    },
    prompt: text('prompt'),
    locked,
    steps,
  };
}

/**
 * Settings with an effort; without the usual one, so that they are those of whoever says nothing.
 * @param place where the text was written, as the error names it
 * @throws UsageError naming the choices
 */
export function readEffort(text: string, place: string): { readonly effort?: Effort } {
  const effort = EFFORTS.find((known) => known === text);
  if (effort === undefined)
    throw new UsageError(`${place} has the word "${text}". It knows ${EFFORTS.join(', ')}.`);
  return effort === DEFAULT_EFFORT ? {} : { effort };
}
