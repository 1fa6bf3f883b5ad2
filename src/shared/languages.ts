/** The languages that page and class kits speak; their words are in the rooms that say them. */

/** BCP 47. */
export const LANGUAGES = ['en', 'es', 'zh-Hans'] as const;

export type Language = (typeof LANGUAGES)[number];

/** Marks of Chinese that is written in the traditional script: the script itself, or where it is in use. */
const TRADITIONAL = ['hant', 'tw', 'hk', 'mo'];

/**
 * The language with words for a wanted one: itself, or English when there is none. Readers of the traditional Chinese script
 * get English rather than the other script.
 * @param wanted BCP 47, as in an attribute `lang`; case does not matter
 */
export function findLanguage(wanted: string): Language {
  const [language, ...marks] = wanted.toLowerCase().split('-');
  if (language === 'zh' || language === 'cmn') {
    // A script that is named decides, wherever it is read.
    if (marks.includes('hans')) return 'zh-Hans';
    return marks.some((mark) => TRADITIONAL.includes(mark)) ? 'en' : 'zh-Hans';
  }
  return LANGUAGES.find((known) => known === language) ?? 'en';
}
