/** The words of what hangs on a board, which come when it is looked at. */
import type { Language } from '../../shared/languages.js';
import type { enDesk } from './en/desk.js';

export type DeskStrings = typeof enDesk;

const DICTIONARIES: Readonly<Record<Language, () => Promise<DeskStrings>>> = {
  en: async () => (await import('./en/desk.js')).enDesk,
  es: async () => (await import('./es/desk.js')).esDesk,
  'zh-Hans': async () => (await import('./zh-hans/desk.js')).zhHansDesk,
};

/** @throws when they cannot be fetched */
export async function loadDeskStrings(language: Language): Promise<DeskStrings> {
  return DICTIONARIES[language]();
}
