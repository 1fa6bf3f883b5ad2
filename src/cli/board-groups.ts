/** Boards by their chips and memories: all that a model notices of them. */
import type { Chip } from '../chips/chip.js';
import { BOARDS, type Board } from '../plan/boards.js';

/** Boards of a chip with the same memories together, the largest first. */
export function boardGroups(chip: Chip): { readonly memories: string; readonly boards: readonly Board[] }[] {
  const groups = new Map<string, Board[]>();
  for (const board of BOARDS) {
    if (board.chip !== chip || board.refused !== null) continue;
    const key = describeMemories(board);
    groups.set(key, [...(groups.get(key) ?? []), board]);
  }
  const size = ([board]: readonly Board[]): number =>
    board === undefined ? 0 : board.psramBytes * 64 + board.flashBytes;
  return [...groups]
    .map(([memories, boards]) => ({ memories, boards }))
    .sort((a, b) => size(b.boards) - size(a.boards));
}

/** Flash and PSRAM of a board. */
export function describeMemories({ flashBytes, psramBytes, psramKind }: Board): string {
  const psram = psramBytes === 0 ? 'no PSRAM' : `${psramBytes >> 20} MB ${psramKind} PSRAM`;
  return `${flashBytes >> 20} MB flash, ${psram}`;
}
