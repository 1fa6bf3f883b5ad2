/** What a language of the element has to provide, and how its dictionary is found. */
import type { enFirst } from './en-first.js';
import type { enBoard } from './en-board.js';
import type { en } from './en.js';

/** The words of the first view. */
export type FirstStrings = typeof enFirst;

/** The words of a conversion. */
export type Strings = typeof en;

/** Those of boards, which come with the views for boards. */
export type BoardStrings = typeof enBoard;

/** All words. */
export type AllStrings = Strings & { readonly board: BoardStrings };

/** Languages with a dictionary, BCP 47. */
export const LANGUAGES = ['en', 'es', 'zh-Hans'] as const;

export type Language = (typeof LANGUAGES)[number];

/** Marks of Chinese that is written in the traditional script: the script itself, or where it is in use. */
const TRADITIONAL = ['hant', 'tw', 'hk', 'mo'];

/**
 * The dictionary for a wanted language: its own, or English when there is none. Readers of the traditional Chinese script get
 * English rather than the other script.
 * @param wanted BCP 47, as in an attribute `lang`; case does not matter
 */
export function findLanguage(wanted: string): Language {
  const [language, ...marks] = wanted.toLowerCase().split('-');
  if (language === 'es') return 'es';
  if (language !== 'zh' && language !== 'cmn') return 'en';
  // A script that is named decides, wherever it is read.
  if (marks.includes('hans')) return 'zh-Hans';
  return marks.some((mark) => TRADITIONAL.includes(mark)) ? 'en' : 'zh-Hans';
}

/** Fetches the words of the first view, which are there from the beginning in English alone. */
export async function loadFirstStrings(language: Exclude<Language, 'en'>): Promise<FirstStrings> {
  switch (language) {
    case 'es':
      return (await import('./es-first.js')).esFirst;
    case 'zh-Hans':
      return (await import('./zh-hans-first.js')).zhHansFirst;
  }
}

/** Fetches the words of a conversion. */
export async function loadStrings(language: Language): Promise<Strings> {
  switch (language) {
    case 'en':
      return (await import('./en.js')).en;
    case 'es':
      return (await import('./es.js')).es;
    case 'zh-Hans':
      return (await import('./zh-hans.js')).zhHans;
  }
}
