/** Where tensors lie in the weights section: data, then tables, each on a cache line, without gaps. */
import type { PlannedTensor } from '../plan/layout.js';
import { TENSOR_ALIGNMENT, alignUp } from '../schema/encodings.js';

/** Offsets of a tensor inside the weights section. */
export interface TensorPlace {
  readonly dataOffset: number;
  readonly tableOffsets: readonly number[];
  /** End of its last table, or of its data, without padding. */
  readonly tablesEnd: number;
  /** Where the next tensor begins. */
  readonly end: number;
}

/** One place for each tensor, in the same order. */
export function placeInWeights(tensors: readonly PlannedTensor[]): TensorPlace[] {
  let next = 0;
  return tensors.map(({ dataBytes, tables }) => {
    const dataOffset = next;
    let tablesEnd = dataOffset + dataBytes;
    const tableOffsets = tables.map(({ bytes }) => {
      const offset = alignUp(tablesEnd, TENSOR_ALIGNMENT);
      tablesEnd = offset + bytes;
      return offset;
    });
    next = alignUp(tablesEnd, TENSOR_ALIGNMENT);
    return { dataOffset, tableOffsets, tablesEnd, end: next };
  });
}
