/** What the rows of an output block stand for. */
import { ENCODING, INT4_BLOCK, type Encoding } from '../schema/encodings.js';
import type { OutputBlock } from './kernel-types.js';

/** Codes and what belongs to them, row by row. */
export type CodedRows = Pick<OutputBlock, 'codes' | 'scales' | 'groupScales' | 'groupOffsets' | 'rowStride'>;

/**
 * The weights that codes stand for, as the package's readers compute them.
 * @param rows rows of the block that are written
 * @param tensorScale the scale of the source, where its rows share one
 * @returns `rows * cols` numbers
 */
export function dequantize(
  block: CodedRows,
  encoding: Encoding,
  { rows, cols }: { readonly rows: number; readonly cols: number },
  tensorScale = 0,
): Float32Array {
  const values = new Float32Array(rows * cols);
  const { codes, rowStride } = block;
  const width = groupWidth(encoding, cols);
  const groups = Math.ceil(cols / width);
  const signed = new Int8Array(codes.buffer, codes.byteOffset, codes.length);
  for (let row = 0; row < rows; row++) {
    for (let group = 0; group < groups; group++) {
      const { step, offset } = gridOf(block, encoding, row, row * groups + group, tensorScale);
      for (let col = group * width; col < Math.min(cols, (group + 1) * width); col++)
        values[row * cols + col] = step * codeAt(row * rowStride, col) + offset;
    }
  }
  return values;

  function codeAt(begin: number, col: number): number {
    if (ENCODING[encoding.kind].bits === 8) return signed[begin + col] ?? 0;
    const half = INT4_BLOCK / 2;
    const within = col % INT4_BLOCK;
    const byte = signed[begin + ((col - within) / INT4_BLOCK) * half + (within % half)] ?? 0;
    return within < half ? (byte << 28) >> 28 : byte >> 4;
  }
}

/** Columns whose codes have the same step. */
export function groupWidth({ group }: Encoding, cols: number): number {
  return group === 0 ? cols : group;
}

/**
 * What codes of a group stand for: `step * code + offset`.
 * @param place number of the group, counted through all rows
 */
export function gridOf(
  { scales, groupScales, groupOffsets }: CodedRows,
  { kind }: Encoding,
  row: number,
  place: number,
  tensorScale = 0,
): { readonly step: number; readonly offset: number } {
  const scale = kind === 'int8Tensor' ? tensorScale : (scales[kind === 'int8Group' ? place : row] ?? 0);
  switch (kind) {
    case 'float32':
      throw new RangeError('Numbers have no codes.');
    case 'int8Tensor':
    case 'int8Channel':
    case 'int8Group':
      return { step: scale, offset: 0 };
    case 'int8GroupU8':
      return { step: scale * (groupScales[place] ?? 0), offset: 0 };
    case 'int4Group':
      return { step: scale * (groupScales[place] ?? 0), offset: scale * 8 * (groupOffsets[place] ?? 0) };
  }
}
