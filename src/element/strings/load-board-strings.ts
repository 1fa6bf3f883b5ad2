/** Where the words for boards are found; apart from the others, so that only pages with boards know of them. */
import type { BoardStrings, Language } from './strings.js';

/** Fetches the words for boards. */
export async function loadBoardStrings(language: Language): Promise<BoardStrings> {
  switch (language) {
    case 'en':
      return (await import('./en-board.js')).enBoard;
    case 'es':
      return (await import('./es-board.js')).esBoard;
    case 'zh-Hans':
      return (await import('./zh-hans-board.js')).zhHansBoard;
  }
}
