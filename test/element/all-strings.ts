/** Every word of a language, those for boards among them. */
import { en as english } from '../../src/element/strings/en.js';
import { enBoard } from '../../src/element/strings/en-board.js';
import { es as spanish } from '../../src/element/strings/es.js';
import { esBoard } from '../../src/element/strings/es-board.js';
import { loadBoardStrings } from '../../src/element/strings/load-board-strings.js';
import { loadStrings, type AllStrings, type Language } from '../../src/element/strings/strings.js';
import { zhHans as chinese } from '../../src/element/strings/zh-hans.js';
import { zhHansBoard } from '../../src/element/strings/zh-hans-board.js';

export const en: AllStrings = { ...english, board: enBoard };
export const es: AllStrings = { ...spanish, board: esBoard };
export const zhHans: AllStrings = { ...chinese, board: zhHansBoard };

export async function loadAllStrings(language: Language): Promise<AllStrings> {
  return { ...(await loadStrings(language)), board: await loadBoardStrings(language) };
}
