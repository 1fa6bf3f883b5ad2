/** Which memory each tensor lives in: the fast ones are filled first, by bytes saved per token. */
import type { PlannedTensor } from './layout.js';

/** Memories in the numbering of the package's directory. */
export const PLACEMENT = { flash: 0, psram: 1, sram: 2 } as const;

export type Placement = (typeof PLACEMENT)[keyof typeof PLACEMENT];

export interface PlacedTensor {
  readonly tensor: PlannedTensor;
  readonly placement: Placement;
}

/** Tensors start on a cache line. */
const LINE = 64;

/** Bytes that a tensor takes where it is placed, data and scales each on their own lines. */
export function storedBytes(tensor: PlannedTensor): number {
  return Math.ceil(tensor.dataBytes / LINE) * LINE + Math.ceil(tensor.scaleBytes / LINE) * LINE;
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
        round(b.density) - round(a.density) ||
        b.tensor.bytesPerToken - a.tensor.bytesPerToken ||
        a.index - b.index,
    );
  const placements = new Map<number, Placement>();
  let sramLeft = sramBytes;
  let psramLeft = psramBytes;
  for (const { tensor, index } of order) {
    const bytes = storedBytes(tensor);
    if (bytes <= sramLeft) {
      placements.set(index, PLACEMENT.sram);
      sramLeft -= bytes;
    } else if (bytes <= psramLeft) {
      placements.set(index, PLACEMENT.psram);
      psramLeft -= bytes;
    }
  }
  return tensors.map((tensor, index) => ({ tensor, placement: placements.get(index) ?? PLACEMENT.flash }));
}

/** Padding makes densities of whole matrices differ by a few percent; those count as equal. */
function round(density: number): number {
  return Math.round(density * 8);
}
