/** The words for finding one's board, which come when a person asks for that. */
import type { Language } from '../../shared/languages.js';
import type { enFind } from './en/find.js';

export type FindStrings = typeof enFind;

const DICTIONARIES: Readonly<Record<Language, () => Promise<FindStrings>>> = {
  en: async () => (await import('./en/find.js')).enFind,
  es: async () => (await import('./es/find.js')).esFind,
  'zh-Hans': async () => (await import('./zh-hans/find.js')).zhHansFind,
};

/** @throws when they cannot be fetched */
export async function loadFindStrings(language: Language): Promise<FindStrings> {
  return DICTIONARIES[language]();
}
