/** What the terms of the page mean, which comes when a person first asks for one. */
import type { Language } from '../../shared/languages.js';
import type { enTerms } from './en/terms.js';

/** A word with a "?" beside it. */
export type Term = keyof typeof enTerms;

/** Name and meaning, a sentence that begins in the middle of one: "Token: a piece of text…". */
export type TermStrings = Readonly<Record<Term, readonly [name: string, meaning: string]>>;

const DICTIONARIES: Readonly<Record<Language, () => Promise<TermStrings>>> = {
  en: async () => (await import('./en/terms.js')).enTerms,
  es: async () => (await import('./es/terms.js')).esTerms,
  'zh-Hans': async () => (await import('./zh-hans/terms.js')).zhHansTerms,
};

/** @throws when they cannot be fetched */
export async function loadTermStrings(language: Language): Promise<TermStrings> {
  return DICTIONARIES[language]();
}
