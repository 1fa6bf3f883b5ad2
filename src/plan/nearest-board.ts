/** Which board of the list a real one is most like, by what it says of itself. */
import { BOARDS, type Board } from './boards.js';

/** What was read from a board. */
export interface FoundBoard {
  /** Name of its chip. */
  readonly chip: string;
  readonly flashBytes: number;
  /** 0 for none, or none that it tells of. */
  readonly psramBytes: number;
  /** How its PSRAM is wired, where that is known. */
  readonly psramKind?: 'quad' | 'octal';
}

export interface NearestBoard {
  readonly board: Board;
  /** It has just this flash and PSRAM. */
  readonly exact: boolean;
}

/**
 * The board with most PSRAM, then most flash, that asks for nothing that the real one does not have; a module before a kit.
 * @returns `null` when there is none: another chip, or less memory than any
 */
export function nearestBoard(found: FoundBoard): NearestBoard | null {
  const { chip, flashBytes, psramBytes, psramKind } = found;
  const [board] = BOARDS.filter(
    (each) =>
      each.chip.name === chip &&
      each.refused === null &&
      each.flashBytes <= flashBytes &&
      each.psramBytes <= psramBytes &&
      (each.psramBytes === 0 || psramKind === undefined || each.psramKind === psramKind),
  ).sort((a, b) => b.psramBytes - a.psramBytes || b.flashBytes - a.flashBytes);
  if (board === undefined) return null;
  return { board, exact: board.flashBytes === flashBytes && board.psramBytes === psramBytes };
}
