/** The words of the cards, which come right after the first view. */
import type { Language } from '../../shared/languages.js';
import type { enCards } from './en/cards.js';

export type CardStrings = typeof enCards;

const DICTIONARIES: Readonly<Record<Language, () => Promise<CardStrings>>> = {
  en: async () => (await import('./en/cards.js')).enCards,
  es: async () => (await import('./es/cards.js')).esCards,
  'zh-Hans': async () => (await import('./zh-hans/cards.js')).zhHansCards,
};

/** @throws when they cannot be fetched */
export async function loadCardStrings(language: Language): Promise<CardStrings> {
  return DICTIONARIES[language]();
}
