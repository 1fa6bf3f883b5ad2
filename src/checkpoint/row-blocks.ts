/** Streams a tensor in blocks of rows with the next block already on its way while the caller works on this one. */
import type { Checkpoint } from './checkpoint.js';

export interface RowBlock {
  readonly rowBegin: number;
  readonly rowEnd: number;
  /** Raw little-endian bytes of these rows. */
  readonly bytes: Uint8Array;
}

export interface RowBlockOptions {
  readonly rowsPerBlock: number;
  readonly signal?: AbortSignal;
}

/**
 * Yields the rows of a tensor in order.
 * @throws RangeError for an unknown tensor; TransportError; the signal's reason
 */
export async function* rowBlocks(checkpoint: Checkpoint, name: string, options: RowBlockOptions): AsyncGenerator<RowBlock, void, undefined> {
  const info = checkpoint.tensors.get(name);
  if (info === undefined) throw new RangeError(`the checkpoint has no tensor ${name}`);
  const rows = info.shape.length < 2 ? 1 : (info.shape[0] ?? 0);
  const read = (begin: number): { begin: number; end: number; bytes: Promise<Uint8Array> } => {
    const end = Math.min(rows, begin + options.rowsPerBlock);
    const bytes = checkpoint.readRows(name, begin, end, options.signal);
    // A failure surfaces where the block is awaited; without this, a caller that stops early leaves it unhandled.
    bytes.catch(() => undefined);
    return { begin, end, bytes };
  };
  let next = rows > 0 ? read(0) : undefined;
  while (next !== undefined) {
    const bytes = await next.bytes;
    const { begin, end } = next;
    next = end < rows ? read(end) : undefined;
    yield { rowBegin: begin, rowEnd: end, bytes };
  }
}
