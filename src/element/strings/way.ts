/** The words of the way from step to step, which come with the views after the first. */
import type { Language } from '../../shared/languages.js';
import type { enWay } from './en/way.js';

export type WayStrings = typeof enWay;

const DICTIONARIES: Readonly<Record<Language, () => Promise<WayStrings>>> = {
  en: async () => (await import('./en/way.js')).enWay,
  es: async () => (await import('./es/way.js')).esWay,
  'zh-Hans': async () => (await import('./zh-hans/way.js')).zhHansWay,
};

/** @throws when they cannot be fetched */
export async function loadWayStrings(language: Language): Promise<WayStrings> {
  return DICTIONARIES[language]();
}
