/** Simplified Chinese: everything that the element says in it, as a `Dictionary` whose members are those of this module. */
import type { Dictionary } from '../strings.js';

export { zhHansFirst as first } from './first.js';

export const all: Dictionary['all'] = async () => (await import('./all.js')).zhHansAll;

export const board: Dictionary['board'] = async () => (await import('./board.js')).zhHansBoard;
