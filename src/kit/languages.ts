/** Where the words of class kits are found: the one list of their dictionaries. */
import { findLanguage, type Language } from '../shared/languages.js';
import { enKit } from './words-en.js';
import type { KitWords } from './words.js';

/** Each but the English one is fetched when it is asked for. */
const DICTIONARIES: Readonly<Record<Language, () => KitWords | Promise<KitWords>>> = {
  en: () => enKit,
  es: async () => (await import('./words-es.js')).esKit,
  'zh-Hans': async () => (await import('./words-zh-hans.js')).zhHansKit,
};

/**
 * The words for a language, or English.
 * @param language BCP 47
 */
export async function kitWords(language: string): Promise<KitWords> {
  return DICTIONARIES[findLanguage(language)]();
}
