/** What the rows of an output block stand for. */
import { ENCODING, INT4_BLOCK, type Encoding } from '../schema/encodings.js';
import type { OutputBlock } from './kernel-types.js';

/**
 * The weights that codes stand for, as the package's readers compute them.
 * @param rows rows of the block that are written
 * @param tensorScale the scale of the source, where its rows share one
 * @returns `rows * cols` numbers
 */
export function dequantize(
  block: OutputBlock,
  encoding: Encoding,
  { rows, cols }: { readonly rows: number; readonly cols: number },
  tensorScale = 0,
): Float32Array {
  const values = new Float32Array(rows * cols);
  const { codes, scales, groupScales, groupOffsets, rowStride } = block;
  const width = encoding.group === 0 ? cols : encoding.group;
  const groups = Math.ceil(cols / width);
  const signed = new Int8Array(codes.buffer, codes.byteOffset, codes.length);
  for (let row = 0; row < rows; row++) {
    for (let group = 0; group < groups; group++) {
      const place = row * groups + group;
      const { scale, offset } = stepOf(encoding, scaleIndex(encoding, row, place));
      for (let col = group * width; col < Math.min(cols, (group + 1) * width); col++)
        values[row * cols + col] = scale * codeAt(row * rowStride, col) + offset;
    }
  }
  return values;

  function scaleIndex({ kind }: Encoding, row: number, place: number): readonly [row: number, place: number] {
    return kind === 'int8Group' ? [place, place] : [row, place];
  }

  function stepOf(
    { kind }: Encoding,
    [row, place]: readonly [number, number],
  ): { readonly scale: number; readonly offset: number } {
    const scale = kind === 'int8Tensor' ? tensorScale : (scales[row] ?? 0);
    switch (kind) {
      case 'float32':
        throw new RangeError('Numbers have no codes.');
      case 'int8Tensor':
      case 'int8Channel':
      case 'int8Group':
        return { scale, offset: 0 };
      case 'int8GroupU8':
        return { scale: scale * (groupScales[place] ?? 0), offset: 0 };
      case 'int4Group':
        return { scale: scale * (groupScales[place] ?? 0), offset: scale * 8 * (groupOffsets[place] ?? 0) };
    }
  }

  function codeAt(begin: number, col: number): number {
    if (ENCODING[encoding.kind].bits === 8) return signed[begin + col] ?? 0;
    const half = INT4_BLOCK / 2;
    const within = col % INT4_BLOCK;
    const byte = signed[begin + ((col - within) / INT4_BLOCK) * half + (within % half)] ?? 0;
    return within < half ? (byte << 28) >> 28 : byte >> 4;
  }
}
