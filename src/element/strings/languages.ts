/** Where the words of the element are found: the one list of its dictionaries. */
import type { Language } from '../../shared/languages.js';
import { en } from './en/index.js';
import type { Dictionary } from './strings.js';

/** English is there from the beginning; the others are fetched. */
const DICTIONARIES: Readonly<Record<Language, () => Dictionary | Promise<Dictionary>>> = {
  en: () => en,
  es: () => import('./es/index.js'),
  'zh-Hans': () => import('./zh-hans/index.js'),
};

/** Fetches a language, or what of it is needed at first. */
export async function loadLanguage(language: Language): Promise<Dictionary> {
  return DICTIONARIES[language]();
}
