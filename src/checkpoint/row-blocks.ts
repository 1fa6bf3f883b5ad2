/** Streams a tensor as blocks of whole rows, with the next block already being read while the caller works. */
import { rowLayout } from './checkpoint.js';
import type { Checkpoint, RowLayout } from './checkpoint.js';

/** Some rows of a tensor. */
export interface RowBlock {
  readonly rowBegin: number;
  /** One past the last row. */
  readonly rowEnd: number;
  /** Raw little-endian bytes; valid until the next block is asked for, then their memory is used again. */
  readonly bytes: Uint8Array;
}

/** Choices of {@link rowBlocks}. */
export interface RowBlockOptions {
  readonly signal?: AbortSignal | undefined;
  /**
   * Memory to read into instead of own buffers, e.g. two regions of WebAssembly memory (which must not grow until the
   * iteration ends). Each must hold {@link rowBlockBytes} bytes.
   */
  readonly buffers?: readonly [Uint8Array, Uint8Array] | undefined;
}

/**
 * Bytes that the largest block of a tensor takes: `bytesPerBlock` rounded down to whole rows, one row at least, the whole
 * tensor at most.
 */
export function rowBlockBytes(layout: RowLayout, bytesPerBlock: number): number {
  return rowsPerBlock(layout, bytesPerBlock) * layout.rowBytes;
}

function rowsPerBlock({ rows, rowBytes }: RowLayout, bytesPerBlock: number): number {
  return rowBytes === 0 ? rows : Math.min(rows, Math.max(1, Math.floor(bytesPerBlock / rowBytes)));
}

/**
 * Reads a tensor block by block. Two buffers take turns, so memory does not grow with the tensor and the disk works while
 * the caller does.
 * @param bytesPerBlock wanted size of a block
 * @throws TransportError, RangeError; the signal's reason when aborted
 */
export async function* rowBlocks(
  checkpoint: Checkpoint,
  name: string,
  bytesPerBlock: number,
  options: RowBlockOptions = {},
): AsyncGenerator<RowBlock, void, undefined> {
  const info = checkpoint.tensors.get(name);
  if (info === undefined) throw new RangeError(`There is no tensor ${name}.`);
  const layout = rowLayout(info);
  const { rows, rowBytes } = layout;
  const step = rowsPerBlock(layout, bytesPerBlock);
  const buffers = options.buffers ?? [
    new Uint8Array(step * rowBytes),
    new Uint8Array(step < rows ? step * rowBytes : 0),
  ];

  const start = (rowBegin: number, turn: number): Promise<RowBlock> | null => {
    if (rowBegin >= rows) return null;
    const rowEnd = Math.min(rows, rowBegin + step);
    const bytes = (turn === 0 ? buffers[0] : buffers[1]).subarray(0, (rowEnd - rowBegin) * rowBytes);
    const reading = checkpoint
      .readRowsInto(bytes, name, rowBegin, rowEnd, options.signal)
      .then(() => ({ rowBegin, rowEnd, bytes }));
    // The caller may stop, or fail, before it comes to this block; its error is then nobody's.
    reading.catch(() => undefined);
    return reading;
  };

  let turn = 0;
  let ahead = start(0, turn);
  try {
    while (ahead !== null) {
      const block = await ahead;
      turn = 1 - turn;
      ahead = start(block.rowEnd, turn);
      yield block;
    }
  } finally {
    // Nothing may write into a buffer after the caller let go of it.
    await ahead?.catch(() => undefined);
  }
}
