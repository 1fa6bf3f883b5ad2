/** The settings that an embedder gave by attribute, checked. */
import { findBoard } from '../plan/boards.js';
import { parseGranularity } from '../plan/scheme.js';
import { UsageError } from '../shared/errors.js';
import type { Settings } from './state.js';

/** Attributes as they were written. */
export interface SettingAttributes {
  readonly board: string;
  readonly granularity: string;
  readonly activations: string;
  readonly cache: string;
  readonly context: number | null;
}

/**
 * Reads the attributes.
 * @throws UsageError naming the attribute and its choices
 */
export function readSettings(attributes: SettingAttributes): Settings {
  const { context } = attributes;
  if (context !== null && !(Number.isInteger(context) && context >= 2)) {
    throw new UsageError('The attribute context takes a whole number of tokens, 2 at least.');
  }
  return {
    board: findBoard(attributes.board).id,
    granularity: parseGranularity(attributes.granularity),
    activations: one('activations', attributes.activations, ['dynamic', 'static']),
    cache: one('cache', attributes.cache, ['auto', 'int8', 'float32']),
    context,
  };
}

function one<T extends string>(name: string, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) {
    throw new UsageError(`The attribute ${name} is "${value}". Choose one of: ${choices.join(', ')}.`);
  }
  return found;
}
