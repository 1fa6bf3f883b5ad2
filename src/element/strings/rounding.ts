/** The words of what rounding did to single numbers, which come when it is opened. */
import type { Language } from '../../shared/languages.js';
import type { enRounding } from './en/rounding.js';

export type RoundingStrings = typeof enRounding;

const DICTIONARIES: Readonly<Record<Language, () => Promise<RoundingStrings>>> = {
  en: async () => (await import('./en/rounding.js')).enRounding,
  es: async () => (await import('./es/rounding.js')).esRounding,
  'zh-Hans': async () => (await import('./zh-hans/rounding.js')).zhHansRounding,
};

/** @throws when they cannot be fetched */
export async function loadRoundingStrings(language: Language): Promise<RoundingStrings> {
  return DICTIONARIES[language]();
}
