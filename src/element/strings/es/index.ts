/** Spanish: everything that the element says in it, as a `Dictionary` whose members are those of this module. */
import type { Dictionary } from '../strings.js';

export { esFirst as first } from './first.js';

export const all: Dictionary['all'] = async () => (await import('./all.js')).esAll;

export const board: Dictionary['board'] = async () => (await import('./board.js')).esBoard;
