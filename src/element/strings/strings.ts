/** What a language of the element has to provide, and how its dictionary is found. */
import type { enFirst } from './en-first.js';
import type { en } from './en.js';

/** The words of the first view. */
export type FirstStrings = typeof enFirst;

/** All words. */
export type Strings = typeof en;

/** Languages with a dictionary, BCP 47. */
export const LANGUAGES = ['en'] as const;

export type Language = (typeof LANGUAGES)[number];

/**
 * The dictionary for a wanted language: its own, or English when there is none.
 * @param wanted BCP 47, as in an attribute `lang`; case does not matter
 */
export function findLanguage(wanted: string): Language {
  const [language] = wanted.toLowerCase().split('-');
  return LANGUAGES.find((known) => known === language) ?? 'en';
}

/** Fetches a dictionary. */
export async function loadStrings(language: Language): Promise<Strings> {
  switch (language) {
    case 'en':
      return (await import('./en.js')).en;
  }
}
