/** What a language of the element has to provide. */
import type { en } from './en.js';

export type Strings = typeof en;
