/** Which board an image was made for, as far as it says itself. */
import { BOARDS, type Board } from '../plan/boards.js';
import type { ImageDescription } from './describe.js';

/**
 * The board that the package was planned for when it has the flash that the image's header names; else the module with most
 * PSRAM among those whose flash is the next as large.
 */
export function guessBoard(found: ImageDescription): Board {
  const { chip } = found.boot;
  const { flashBytes } = found.boot.settings;
  const supported = BOARDS.filter((board) => board.chip === chip && board.refused === null);
  const planned = supported.find(({ id }) => id === found.model?.metadata['board']);
  const [next] = supported
    .filter((board) => board.flashBytes >= flashBytes)
    .sort((a, b) => a.flashBytes - b.flashBytes || b.psramBytes - a.psramBytes);
  const board = planned !== undefined && planned.flashBytes >= flashBytes ? planned : next;
  if (board === undefined) {
    const name = `${chip.name} with ${flashBytes >> 20} MB of flash`;
    return { id: '', name, chip, flashBytes, psramKind: 'none', psramBytes: 0, refused: null };
  }
  return board;
}
