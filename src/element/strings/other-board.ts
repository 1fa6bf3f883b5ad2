/** The words for a board that the image does not fit, which come when there is one. */
import type { Language } from '../../shared/languages.js';
import type { enOtherBoard } from './en/other-board.js';

export type OtherBoardStrings = typeof enOtherBoard;

const DICTIONARIES: Readonly<Record<Language, () => Promise<OtherBoardStrings>>> = {
  en: async () => (await import('./en/other-board.js')).enOtherBoard,
  es: async () => (await import('./es/other-board.js')).esOtherBoard,
  'zh-Hans': async () => (await import('./zh-hans/other-board.js')).zhHansOtherBoard,
};

/** @throws when they cannot be fetched */
export async function loadOtherBoardStrings(language: Language): Promise<OtherBoardStrings> {
  return DICTIONARIES[language]();
}
