/** English: the first view's words are there at once, the others are fetched like those of any language. */
import type { Dictionary } from '../strings.js';
import { enFirst } from './first.js';

export const en: Dictionary = {
  first: enFirst,
  all: async () => (await import('./all.js')).enAll,
  board: async () => (await import('./board.js')).enBoard,
};
