/** The boards of the list as a person searches them. */
import { BOARDS, isModule, type Board } from '../../plan/boards.js';
import { formatBytes } from '../../shared/format.js';
import type { FindStrings } from '../strings/find.js';

export interface Listed {
  readonly board: Board;
  /** Its name without the memories, which are said beside it. */
  readonly name: string;
  readonly memories: string;
  /** A module, and no board with one on it. */
  readonly isModule: boolean;
  /** What is searched: as it is written, and without spaces and hyphens. */
  readonly text: string;
}

/** All boards in the words of a language. */
export function listBoards(words: FindStrings, language: string): readonly Listed[] {
  return BOARDS.map((board) => {
    const name = shortName(board);
    const memories = memoriesOf(board, words, language);
    const text = [board.name, board.id, memories].join(' ');
    return {
      board,
      name,
      memories,
      isModule: isModule(board),
      text: `${folded(text)} ${bare(text)}`,
    };
  });
}

export function shortName({ name }: Board): string {
  return name.replace(/ \(.*\)$/, '');
}

export function memoriesOf(
  { flashBytes, psramBytes }: Pick<Board, 'flashBytes' | 'psramBytes'>,
  words: FindStrings,
  language: string,
): string {
  return words.memories(
    formatBytes(flashBytes, language),
    psramBytes === 0 ? '' : formatBytes(psramBytes, language),
  );
}

/** Those that have every word of what was typed; a number and its unit are one, with or without the space. */
export function matching(list: readonly Listed[], typed: string): readonly Listed[] {
  const words = folded(typed)
    .replace(/(\d)\s+([kmg]i?b)\b/g, '$1$2')
    .split(/\s+/)
    .filter((word) => word !== '');
  return list.filter(({ text }) => words.every((word) => text.includes(word) || text.includes(bare(word))));
}

/** Without capitals and accents. */
function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Without what stands between letters and digits as well. */
function bare(text: string): string {
  return folded(text).replace(/[^\p{L}\p{N}]/gu, '');
}
