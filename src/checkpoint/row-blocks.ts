/** Streams a tensor, or a view of one, as blocks of whole rows, with the next block already being read while the caller works. */
import type { Checkpoint, RowLayout } from './checkpoint.js';
import { rowReader, type ReaderLimits } from './row-reader.js';
import type { TensorSource } from './tensor-view.js';

/** Some rows of a tensor. */
export interface RowBlock {
  readonly rowBegin: number;
  /** One past the last row. */
  readonly rowEnd: number;
  /** Raw little-endian bytes; valid until the next block is asked for, then their memory is used again. */
  readonly bytes: Uint8Array;
}

/** Choices of {@link rowBlocks}: the size of a block in rows or in bytes, and where it is read to. */
export interface RowBlockOptions {
  /** Rows per block. */
  readonly rowsPerBlock?: number | undefined;
  /** Wanted bytes per block when `rowsPerBlock` is absent; at least one row is read at a time. */
  readonly bytesPerBlock?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * Memory to read into instead of own buffers, e.g. two regions of WebAssembly memory (which must not grow until the
   * iteration ends). Each must hold the bytes of {@link rowsPerBlock} rows.
   */
  readonly buffers?: readonly [Uint8Array, Uint8Array] | undefined;
}

/** Default block: long enough that the calls do not show in the time, short against every memory limit. */
const DEFAULT_BLOCK_BYTES = 4 * 1024 * 1024;

/** Rows in each block but the last, for a tensor of this layout. */
export function rowsPerBlock(layout: RowLayout, options: RowBlockOptions): number {
  const { rows, rowBytes } = layout;
  const wanted =
    options.rowsPerBlock ??
    Math.floor((options.bytesPerBlock ?? DEFAULT_BLOCK_BYTES) / Math.max(1, rowBytes));
  return Math.min(rows, Math.max(1, Math.floor(wanted)));
}

/**
 * Reads a tensor or a view block by block. Two buffers take turns, so memory does not grow with the tensor and the disk works while
 * the caller does.
 * @param source a tensor's name, or a tensor or view
 * @param limits of the memory for views, for tests
 * @throws TransportError, RangeError; the signal's reason when aborted
 */
export async function* rowBlocks(
  checkpoint: Checkpoint,
  source: string | TensorSource,
  options: RowBlockOptions = {},
  limits?: ReaderLimits,
): AsyncGenerator<RowBlock, void, undefined> {
  const reader = rowReader(checkpoint, typeof source === 'string' ? { name: source } : source, limits);
  const { layout } = reader;
  const { rows, rowBytes } = layout;
  if (rows === 0) return;
  const step = rowsPerBlock(layout, options);
  const [first, second] = options.buffers ?? [
    new Uint8Array(step * rowBytes),
    new Uint8Array(step < rows ? step * rowBytes : 0),
  ];

  const start = (rowBegin: number, buffer: Uint8Array): Promise<RowBlock> | null => {
    if (rowBegin >= rows) return null;
    const rowEnd = Math.min(rows, rowBegin + step);
    const bytes = buffer.subarray(0, (rowEnd - rowBegin) * rowBytes);
    const reading = reader
      .readRowsInto(bytes, rowBegin, rowEnd, options.signal)
      .then(() => ({ rowBegin, rowEnd, bytes }));
    // The caller may stop, or fail, before it comes to this block; its error is then nobody's.
    reading.catch(() => undefined);
    return reading;
  };

  let buffer = first;
  let ahead = start(0, buffer);
  try {
    while (ahead !== null) {
      const block = await ahead;
      buffer = buffer === first ? second : first;
      ahead = start(block.rowEnd, buffer);
      yield block;
    }
  } finally {
    // Nothing may write into a buffer after the caller let go of it.
    await ahead?.catch(() => undefined);
  }
}
