/** The board of the list that a real one is most like. */
import type { BoardFacts } from '../../device/board-detection.js';
import { nearestBoard, type NearestBoard } from '../../plan/nearest-board.js';

/** @returns `null` when there is none */
export function nearestTo({ chip, flashBytes, psram }: BoardFacts): NearestBoard | null {
  const { bytes: psramBytes = 0, kind: psramKind } = psram ?? {};
  return nearestBoard({
    chip,
    flashBytes: flashBytes ?? 0,
    psramBytes,
    ...(psramKind === undefined ? {} : { psramKind }),
  });
}
