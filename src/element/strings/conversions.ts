/** The words of the conversions of a session, which come with them. */
import type { Language } from '../../shared/languages.js';
import type { enConversions } from './en/conversions.js';

export type ConversionsStrings = typeof enConversions;

const DICTIONARIES: Readonly<Record<Language, () => Promise<ConversionsStrings>>> = {
  en: async () => (await import('./en/conversions.js')).enConversions,
  es: async () => (await import('./es/conversions.js')).esConversions,
  'zh-Hans': async () => (await import('./zh-hans/conversions.js')).zhHansConversions,
};

/** @throws when they cannot be fetched */
export async function loadConversionsStrings(language: Language): Promise<ConversionsStrings> {
  return DICTIONARIES[language]();
}
