/** Which memory each tensor lives in: the fast ones are filled first, by bytes saved per token, and to the last rows. */
import type { Chip } from '../chips/chip.js';
import { encodingSpec, storedBytes as encodedBytes } from '../schema/encodings.js';
import type { MemoryKind } from '../schema/kinds.js';
import { SPLIT_ROWS } from '../schema/package.js';
import { isMultiplied, storedBytes, type PlannedTensor } from './layout.js';

export interface PlacedTensor {
  readonly tensor: PlannedTensor;
  /** Memory of the tensor, or of its first rows. */
  readonly placement: MemoryKind;
  /** Its last rows, where they live in another memory. */
  readonly rest?: { readonly rows: number; readonly placement: MemoryKind } | undefined;
}

/** Rows of a tensor that live in one memory. */
export interface TensorPiece {
  readonly placement: MemoryKind;
  readonly rows: number;
  /** Bytes that it takes there. */
  readonly stored: number;
  readonly bytesPerToken: number;
}

/** A tensor is parted for what is left of a memory when that is no less: what a smaller piece saves is not worth its hand-off. */
const LEAST_PIECE_BYTES = 4096;

/**
 * Places tensors: SRAM takes those that save most bytes per token and stored byte (a matrix saves one per byte, a table
 * read by row almost none), larger ones first among equals so that little is left over; PSRAM next; flash the rest. What is left
 * over takes the first rows of a matrix whose others stay where it was.
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
  const placed: PlacedTensor[] = tensors.map((tensor) => ({ tensor, placement: 'flash' }));
  const left = { sram: sramBytes, psram: psramBytes };
  for (const { tensor, index } of order) {
    const bytes = storedBytes(tensor);
    const placement = bytes <= left.sram ? 'sram' : 'psram';
    if (bytes > left[placement]) continue;
    placed[index] = { tensor, placement };
    left[placement] -= bytes;
  }
  // What SRAM takes of PSRAM makes room there for rows out of flash.
  left.psram += part(placed, 'sram', left.sram, ['psram', 'flash']);
  part(placed, 'psram', left.psram, ['flash']);
  return placed;
}

/** The pieces of a tensor: one, or the rows that live in either memory. */
export function piecesOf({ tensor, placement, rest }: PlacedTensor): TensorPiece[] {
  const whole = {
    placement,
    rows: tensor.rows,
    stored: storedBytes(tensor),
    bytesPerToken: tensor.bytesPerToken,
  };
  if (rest === undefined) return [whole];
  const piece = (rows: number, memory: MemoryKind): TensorPiece => ({
    placement: memory,
    rows,
    stored: encodedBytes(tensor.encoding, { ...tensor, rows }),
    bytesPerToken: (tensor.bytesPerToken * rows) / tensor.rows,
  });
  return [piece(tensor.rows - rest.rows, placement), piece(rest.rows, rest.placement)];
}

/** Whether all of a tensor lives in SRAM. */
export function isInSram({ placement, rest }: PlacedTensor): boolean {
  return placement === 'sram' && rest === undefined;
}

/**
 * Whether finer codes of a tensor take time on a chip: everywhere without vector instructions, else only in SRAM, as the vector
 * units are done with them before the next row has come from another memory.
 */
export function takesTime({ vectorBytes }: Pick<Chip, 'vectorBytes'>, placed: PlacedTensor): boolean {
  return vectorBytes === 0 || isInSram(placed);
}

/**
 * Puts the first rows of the largest matrix that lives in one of other memories, of the first that has such, into what is left of one.
 * @returns the bytes that this leaves free in PSRAM
 */
function part(
  placed: PlacedTensor[],
  memory: 'sram' | 'psram',
  left: number,
  from: readonly MemoryKind[],
): number {
  for (const other of from) {
    const [largest] = [...placed.entries()]
      .filter(
        ([, entry]) => entry.placement === other && entry.rest === undefined && canBeParted(entry.tensor),
      )
      .sort(([, a], [, b]) => b.tensor.dataBytes - a.tensor.dataBytes);
    if (largest === undefined) continue;
    const [index, { tensor }] = largest;
    const rows = rowsWithin(tensor, left);
    if (rows === 0) return 0;
    const rest = { rows: tensor.rows - rows, placement: other };
    placed[index] = { tensor, placement: memory, rest };
    return other === 'psram'
      ? storedBytes(tensor) - encodedBytes(tensor.encoding, { ...tensor, rows: rest.rows })
      : 0;
  }
  return 0;
}

/** Matrices of codes that bring their scales with their rows. */
function canBeParted(tensor: PlannedTensor): boolean {
  return (
    isMultiplied(tensor) &&
    tensor.rows > SPLIT_ROWS &&
    encodingSpec(tensor.encoding).tables.every(({ per }) => per !== 'source')
  );
}

/** The most rows of a matrix that fit into so many bytes; 0 when that is too little to be worth it. */
function rowsWithin(tensor: PlannedTensor, bytes: number): number {
  const stored = (rows: number): number => encodedBytes(tensor.encoding, { ...tensor, rows });
  let rows =
    SPLIT_ROWS *
    Math.ceil(Math.min((tensor.rows * bytes) / storedBytes(tensor), tensor.rows - 1) / SPLIT_ROWS);
  while (rows > 0 && (rows >= tensor.rows || stored(rows) > bytes)) rows -= SPLIT_ROWS;
  return rows > 0 && stored(rows) >= LEAST_PIECE_BYTES ? rows : 0;
}

/** Padding makes densities of whole matrices differ by a few percent; those count as equal. */
function round(density: number): number {
  return Math.round(density * 8);
}
