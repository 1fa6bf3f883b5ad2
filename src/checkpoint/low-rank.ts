/**
 * The change that a low-rank adapter makes to a tensor: a product of two thin matrices, scaled, and with DoRA a length for
 * each output (https://arxiv.org/abs/2106.09685, https://arxiv.org/abs/2402.09353).
 */

/** The two factors of a change with everything that belongs to them, in F32. */
export interface LowRank {
  readonly rank: number;
  /** A of the papers, `[rank, inputs]`. */
  readonly a: Float32Array;
  /** B of the papers, `[outputs, rank]`. */
  readonly b: Float32Array;
  /** What the product is multiplied by. */
  readonly scaling: number;
  /** The tensor is stored `[inputs, outputs]`: Conv1D of GPT-2, embeddings. */
  readonly isTransposed: boolean;
  /** With DoRA: the length of the weights of each output. */
  readonly magnitude: Float32Array | null;
}

/**
 * Adds the product to rows of the tensor.
 *
 * A product is summed as torch does on a processor with fused multiply-add: over the rank in ascending order, each step
 * rounded once. A double holds the product of two floats exactly, so its sum is off only where rounding twice differs.
 * @param rows of the tensor from `rowBegin` on, `columns` each; changed in place
 */
export function addProduct(rows: Float32Array, rowBegin: number, columns: number, change: LowRank): void {
  const { rank, a, b, isTransposed } = change;
  const scaling = Math.fround(change.scaling);
  const sums = new Float32Array(columns);
  const inputs = a.length / rank;
  for (let begin = 0, row = rowBegin; begin < rows.length; begin += columns, row++) {
    sums.fill(0);
    for (let k = 0; k < rank; k++) {
      const factor = (isTransposed ? a[k * inputs + row] : b[row * rank + k]) as number;
      if (isTransposed) {
        for (let i = 0, at = k; i < columns; i++, at += rank)
          sums[i] = (sums[i] as number) + factor * (b[at] as number);
      } else {
        for (let i = 0, at = k * inputs; i < columns; i++, at++)
          sums[i] = (sums[i] as number) + factor * (a[at] as number);
      }
    }
    for (let i = 0; i < columns; i++)
      rows[begin + i] = (rows[begin + i] as number) + Math.fround((sums[i] as number) * scaling);
  }
}

/** Adds the squares of rows to the sums of their columns. */
export function addSquares(sums: Float64Array, rows: Float32Array): void {
  const columns = sums.length;
  for (let begin = 0; begin < rows.length; begin += columns)
    for (let i = 0; i < columns; i++) sums[i] = (sums[i] as number) + (rows[begin + i] as number) ** 2;
}

/** Gives each row the length that DoRA learned for its output. @param lengths of all outputs */
export function scaleRows(
  rows: Float32Array,
  rowBegin: number,
  columns: number,
  lengths: Float32Array,
): void {
  for (let begin = 0, row = rowBegin; begin < rows.length; begin += columns, row++) {
    let squares = 0;
    for (let i = begin; i < begin + columns; i++) squares += (rows[i] as number) ** 2;
    const factor = Math.fround((lengths[row] as number) / Math.fround(Math.sqrt(squares)));
    for (let i = begin; i < begin + columns; i++) rows[i] = (rows[i] as number) * factor;
  }
}

/** Gives each column the length that DoRA learned for its output. @param squares sums of the squares of all columns */
export function scaleColumns(rows: Float32Array, squares: Float64Array, lengths: Float32Array): void {
  const columns = lengths.length;
  const factors = Float32Array.from(
    lengths,
    (length, i) => length / Math.fround(Math.sqrt(squares[i] as number)),
  );
  for (let begin = 0; begin < rows.length; begin += columns)
    for (let i = 0; i < columns; i++) rows[begin + i] = (rows[begin + i] as number) * (factors[i] as number);
}
