/** What is chosen when nothing is said: apart from the tables of choices, because pages load it before anything else. */
import type { WantedScheme } from './scheme.js';

/** A board of `boards.ts`. */
export const DEFAULT_BOARD_ID = 'esp32-s3-n16r8';

export const DEFAULT_SCHEME: WantedScheme = {
  weights: 'auto',
  granularity: 'auto',
  activations: 'auto',
  cache: 'auto',
  chat: 'template',
};
