/** A checkpoint whose tensors are read once and then kept: for stages that go over all of them several times. */
import { rowLayout, type Checkpoint } from './checkpoint.js';

/** Keeps as many bytes as the checkpoint has. Rows come from memory once their tensor was read. */
export function keptTensors(checkpoint: Checkpoint): Checkpoint {
  const kept = new Map<string, Promise<Uint8Array>>();
  const rows = async (
    name: string,
    rowBegin: number,
    rowEnd: number,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> => {
    const info = checkpoint.tensors.get(name);
    if (info === undefined) throw new RangeError(`There is no tensor ${name}.`);
    const { rows: count, rowBytes } = rowLayout(info);
    let whole = kept.get(name);
    if (whole === undefined) {
      whole = checkpoint.readRows(name, 0, count, signal);
      kept.set(name, whole);
      // What failed is asked for again.
      whole.catch(() => kept.delete(name));
    }
    const bytes = await whole;
    if (!(rowBegin >= 0 && rowBegin <= rowEnd && rowEnd <= count)) {
      throw new RangeError(`${name} has no rows ${rowBegin} to ${rowEnd}.`);
    }
    return bytes.subarray(rowBegin * rowBytes, rowEnd * rowBytes);
  };
  return {
    tensors: checkpoint.tensors,
    metadata: checkpoint.metadata,
    bytes: checkpoint.bytes,
    readRows: async (name, rowBegin, rowEnd, signal) => (await rows(name, rowBegin, rowEnd, signal)).slice(),
    readRowsInto: async (target, name, rowBegin, rowEnd, signal) => {
      target.set(await rows(name, rowBegin, rowEnd, signal));
    },
  };
}
