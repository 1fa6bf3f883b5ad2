/** Which board an image was made for, as far as it says itself. */
import { BOARDS, type Board } from '../plan/boards.js';
import type { ImageDescription } from './describe.js';

/**
 * The board that the package was planned for when the image's header names the same flash; else the largest module with
 * that flash. The flash is always as large as the header says.
 */
export function guessBoard(found: ImageDescription): Board {
  const { chip } = found.boot;
  const { flashBytes } = found.boot.settings;
  const supported = BOARDS.filter((board) => board.chip === chip && board.refused === null);
  const planned = supported.find(({ id }) => id === found.model?.metadata['board']);
  const [largest] = supported
    .filter((board) => board.flashBytes === flashBytes)
    .sort((a, b) => b.psramBytes - a.psramBytes);
  const board = planned ?? largest;
  if (board === undefined) {
    const name = `${chip.name} with ${flashBytes >> 20} MB of flash`;
    return { id: '', name, chip, flashBytes, psramKind: 'none', psramBytes: 0, refused: null };
  }
  return board.flashBytes === flashBytes ? board : { ...board, flashBytes };
}
