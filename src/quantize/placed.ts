/** Matrices that come on their grids: the bytes of a package's tensor, and the account of what they lost. */
import type { PlannedTensor } from '../plan/layout.js';
import {
  INT4_BLOCK,
  alignUp,
  tableElementsPerRow,
  tableValues,
  type TableValues,
} from '../schema/encodings.js';
import type { TensorStatistics } from './kernel-types.js';
import type { GridMatrix, TunedTensors } from './tuned.js';
import { tensorKey } from '../checkpoint/tensor-view.js';

/** Elements that the histograms sample, about: as of rounded matrices. */
const SAMPLED_ELEMENTS = 1 << 14;

/** Bins on each side of zero, and the largest code of a histogram. */
const HALF_BINS = 64;
const MOST_CODE = 127;

/**
 * The grids of a planned tensor's sources, `null` when none of them was tuned.
 * @throws RangeError when some were and others not, or for another encoding or shape than is planned
 */
export function gridsOf(tensor: PlannedTensor, tuned: TunedTensors | undefined): GridMatrix[] | null {
  const grids = tensor.parts.flatMap(({ source }) => tuned?.matrices.get(tensorKey(source)) ?? []);
  if (grids.length === 0) return null;
  const { encoding, parts, cols } = tensor;
  const fits = grids.every(
    (grid, i) =>
      grid.encoding.kind === encoding.kind &&
      grid.encoding.group === encoding.group &&
      grid.rows === parts[i]?.source.shape[0] &&
      grid.cols === cols,
  );
  if (!fits || grids.length !== parts.length)
    throw new RangeError(`${tensor.name}: what was tuned is not what is planned.`);
  return grids;
}

/** The source and its row that a row of the package comes from. */
function sourceOf({ parts }: PlannedTensor, row: number): [part: number, row: number] {
  const part = parts.findIndex(({ source, rowOffset, rowStep }) => {
    const at = row - rowOffset;
    return at >= 0 && at % rowStep === 0 && at / rowStep < (source.shape[0] ?? 0);
  });
  const { rowOffset = 0, rowStep = 1 } = parts[part] ?? {};
  return [part, (row - rowOffset) / rowStep];
}

/** Codes of rows `[begin, end)` of the package, as they lie there. */
export function placedRows(
  tensor: PlannedTensor,
  grids: readonly GridMatrix[],
  begin: number,
  end: number,
): Uint8Array {
  const bytes = new Uint8Array((end - begin) * tensor.rowBytes);
  for (let row = begin; row < end; row++) {
    const [part, from] = sourceOf(tensor, row);
    const codes = (grids[part] as GridMatrix).codes.subarray(from * tensor.cols, (from + 1) * tensor.cols);
    const to = bytes.subarray((row - begin) * tensor.rowBytes);
    if (tensor.encoding.kind === 'int4Group') packNibbles(codes, to);
    else to.set(codes);
  }
  return bytes;
}

/** Blocks of 32 columns: byte `i` of one has column `i` in its low nibble, and column `i + 16` in the high one. */
function packNibbles(codes: Int8Array, to: Uint8Array): void {
  const half = INT4_BLOCK / 2;
  codes.forEach((code, column) => {
    const at = Math.floor(column / INT4_BLOCK) * half + (column % half);
    to[at] = (to[at] as number) | ((code & 15) << (column % INT4_BLOCK < half ? 0 : 4));
  });
}

/** The tables of a tensor, in the order of its encoding. */
export function placedTables(tensor: PlannedTensor, grids: readonly GridMatrix[]): TableValues[] {
  return tensor.tables.map((table) => {
    const values = tableValues(table);
    const perRow = tableElementsPerRow(table, tensor.encoding, tensor.cols);
    for (let row = 0; row < tensor.rows; row++) {
      const [part, from] = sourceOf(tensor, row);
      const { rowScales, groupScales, groupOffsets } = grids[part] as GridMatrix;
      const factor = tensor.parts[part]?.factor ?? 1;
      if (table.name === 'scale') values[row] = (rowScales[from] as number) * factor;
      else {
        const groups = table.name === 'group scale' ? groupScales : groupOffsets;
        values.set(groups.subarray(from * perRow, (from + 1) * perRow), row * perRow);
      }
    }
    return values;
  });
}

/** What a matrix on its grid loses. */
export class GridLoss {
  #row = 0;
  #errorSquares = 0;
  readonly #sampled: number[] = [];
  readonly #codes = new Uint32Array(2 * MOST_CODE + 1);
  readonly #sampleStep: number;

  constructor(
    private readonly grid: GridMatrix,
    private readonly factor: number,
  ) {
    this.#sampleStep = Math.ceil((grid.rows * grid.cols) / SAMPLED_ELEMENTS);
  }

  /** Takes the next rows of what the grid stands for, `stride` numbers apart. */
  add(values: Float32Array, stride: number): void {
    const { codes, cols, encoding, rowScales, groupScales, groupOffsets } = this.grid;
    const group = encoding.group || cols;
    const groups = alignUp(cols, group) / group;
    for (let at = 0; at < values.length; at += stride) {
      const row = this.#row++;
      const scale = Math.fround((rowScales[row] as number) * this.factor);
      for (let column = 0; column < cols; column++) {
        const code = codes[row * cols + column] as number;
        const inTables = row * groups + Math.floor(column / group);
        const value = ((groupScales[inTables] ?? 1) * code + 8 * (groupOffsets[inTables] ?? 0)) * scale;
        const error = value - (values[at + column] as number);
        this.#errorSquares += error * error;
        if (row % this.#sampleStep > 0) continue;
        this.#sampled.push(value);
        this.#codes[code + MOST_CODE]!++;
      }
    }
  }

  /** @param exact the account of the same rows as numbers */
  complete(exact: TensorStatistics): TensorStatistics {
    const { limit } = exact.histogram;
    const after = new Uint32Array(2 * HALF_BINS);
    for (const value of this.#sampled) {
      const bin = limit === 0 ? 0 : Math.floor((value / limit) * HALF_BINS);
      after[Math.max(0, Math.min(2 * HALF_BINS - 1, bin + HALF_BINS))]!++;
    }
    return {
      ...exact,
      errorSquares: this.#errorSquares,
      sqnr: 10 * Math.log10(exact.signalSquares / this.#errorSquares),
      histogram: { ...exact.histogram, after, codes: this.#codes },
    };
  }
}
