/** What an embedder gave by attribute, checked: settings to begin with, what a reader may change, which steps there are. */
import { DEFAULT_BOARD_ID, findBoard } from '../plan/boards.js';
import { readScheme } from '../plan/scheme-text.js';
import { UsageError } from '../shared/errors.js';
import { readPresetWords, type Preset } from './preset-words.js';

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
  const scheme = readScheme(attributes.scheme ?? '', 'The attribute scheme');
  const { steps, locked } = readPresetWords(attributes);
  return {
    settings: {
      ...scheme,
      board: findBoard(attributes.board ?? DEFAULT_BOARD_ID).id,
      context,
    },
    prompt: attributes.prompt ?? null,
    locked,
    steps,
  };
}
