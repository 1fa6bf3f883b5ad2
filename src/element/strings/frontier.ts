/** The words of the frontier, which come when it is opened. */
import type { Language } from '../../shared/languages.js';
import type { enFrontier } from './en/frontier.js';

export type FrontierStrings = typeof enFrontier;

const DICTIONARIES: Readonly<Record<Language, () => Promise<FrontierStrings>>> = {
  en: async () => (await import('./en/frontier.js')).enFrontier,
  es: async () => (await import('./es/frontier.js')).esFrontier,
  'zh-Hans': async () => (await import('./zh-hans/frontier.js')).zhHansFrontier,
};

/** @throws when they cannot be fetched */
export async function loadFrontierStrings(language: Language): Promise<FrontierStrings> {
  return DICTIONARIES[language]();
}
