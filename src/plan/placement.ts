/** Which memory each tensor lives in: the fast ones are filled first, by bytes saved per token. */
import type { MemoryKind } from '../schema/kinds.js';
import { storedBytes, type PlannedTensor } from './layout.js';

export interface PlacedTensor {
  readonly tensor: PlannedTensor;
  readonly placement: MemoryKind;
}

/**
 * Places tensors: SRAM takes those that save most bytes per token and stored byte (a matrix saves one per byte, a table
 * read by row almost none), larger ones first among equals so that little is left over; PSRAM next; flash the rest.
 * @param sramBytes room in SRAM after firmware, scratch and cache
 * @param psramBytes room in PSRAM
 */
export function placeTensors(
  tensors: readonly PlannedTensor[],
  sramBytes: number,
  psramBytes: number,
): PlacedTensor[] {
  const order = tensors
    .map((tensor, index) => ({ tensor, index, density: tensor.bytesPerToken / storedBytes(tensor) }))
    .filter((entry) => entry.density > 1 / 16)
    .sort(
      (a, b) =>
        round(b.density) - round(a.density) || b.tensor.dataBytes - a.tensor.dataBytes || a.index - b.index,
    );
  const placements = new Map<number, MemoryKind>();
  let sramLeft = sramBytes;
  let psramLeft = psramBytes;
  for (const { tensor, index } of order) {
    const bytes = storedBytes(tensor);
    if (bytes <= sramLeft) {
      placements.set(index, 'sram');
      sramLeft -= bytes;
    } else if (bytes <= psramLeft) {
      placements.set(index, 'psram');
      psramLeft -= bytes;
    }
  }
  return tensors.map((tensor, index) => ({ tensor, placement: placements.get(index) ?? 'flash' }));
}

/** Padding makes densities of whole matrices differ by a few percent; those count as equal. */
function round(density: number): number {
  return Math.round(density * 8);
}
