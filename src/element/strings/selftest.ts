/** The words of the self-test, which come when it is opened. */
import type { Language } from '../../shared/languages.js';
import type { enSelftest } from './en/selftest.js';

export type SelftestStrings = typeof enSelftest;

const DICTIONARIES: Readonly<Record<Language, () => Promise<SelftestStrings>>> = {
  en: async () => (await import('./en/selftest.js')).enSelftest,
  es: async () => (await import('./es/selftest.js')).esSelftest,
  'zh-Hans': async () => (await import('./zh-hans/selftest.js')).zhHansSelftest,
};

/** @throws when they cannot be fetched */
export async function loadSelftestStrings(language: Language): Promise<SelftestStrings> {
  return DICTIONARIES[language]();
}
