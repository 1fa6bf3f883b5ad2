/** Every word of a language, those for boards among them. */
import type { Language } from '../../src/shared/languages.js';
import { enAll } from '../../src/element/strings/en/all.js';
import { enBoard } from '../../src/element/strings/en/board.js';
import { esAll } from '../../src/element/strings/es/all.js';
import { esBoard } from '../../src/element/strings/es/board.js';
import { loadLanguage } from '../../src/element/strings/languages.js';
import type { AllStrings } from '../../src/element/strings/strings.js';
import { zhHansAll } from '../../src/element/strings/zh-hans/all.js';
import { zhHansBoard } from '../../src/element/strings/zh-hans/board.js';

export const en: AllStrings = { ...enAll, board: enBoard };
export const es: AllStrings = { ...esAll, board: esBoard };
export const zhHans: AllStrings = { ...zhHansAll, board: zhHansBoard };

export async function loadAllStrings(language: Language): Promise<AllStrings> {
  const { all, board } = await loadLanguage(language);
  return { ...(await all()), board: await board() };
}
