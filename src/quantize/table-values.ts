/** What a planned tensor means to the quantizers of its sources, and what they bring to its tables. */
import type { PlannedTensor } from '../plan/layout.js';
import type { TensorPart } from '../plan/parts.js';
import {
  tableElementsPerRow,
  type TableSpec,
  type TableValues,
  type TensorTable,
} from '../schema/encodings.js';
import type { GroupSize, OutputBlock, QuantizerSpec, RowQuantizer } from './kernel-types.js';

/** How the rows of a source are converted. */
export function quantizerSpec(
  tensor: PlannedTensor,
  part: TensorPart,
  gain: Float32Array | undefined,
): QuantizerSpec {
  const [rows = 0, cols = 0] = part.source.shape;
  return {
    dtype: part.source.dtype,
    rows,
    cols,
    encoding: tensor.encoding.kind,
    group: tensor.encoding.group > 0 ? (tensor.encoding.group as GroupSize) : undefined,
    gain,
    multiplier: part.factor,
  };
}

/** Whether a whole source must be seen before its first row can be converted. */
export function needsMeasure(tensor: PlannedTensor): boolean {
  return tensor.tables.some((table) => table.per === 'source');
}

/** What a source tensor brings to a table that its rows share. */
export function sharedValue(quantizer: RowQuantizer, { name }: TableSpec): number {
  switch (name) {
    case 'scale':
      return quantizer.tensorScale;
    case 'group scale':
    case 'group offset':
      throw new RangeError(`A ${name} is none of its source.`);
  }
}

/** What the rows of a block bring to a table. */
export function blockValues(output: OutputBlock, { name }: TableSpec): TableValues {
  switch (name) {
    case 'scale':
      return output.scales;
    case 'group scale':
      return output.groupScales;
    case 'group offset':
      return output.groupOffsets;
  }
}

/** Scales, scales of groups and offsets of groups that each row of a block brings. */
export function blockElementsPerRow({ tables, encoding, cols }: PlannedTensor): [number, number, number] {
  const [scales = 0, groups = 0, offsets = 0] = tables.map((table) =>
    tableElementsPerRow(table, encoding, cols),
  );
  return [scales, groups, offsets];
}

/** Bytes of a table that belong to one source of `rows` rows. */
export function partBytes(table: TensorTable, { encoding, cols }: PlannedTensor, rows: number): number {
  const elements = table.per === 'source' ? 1 : rows * tableElementsPerRow(table, encoding, cols);
  return (table.bytes / table.count) * elements;
}
