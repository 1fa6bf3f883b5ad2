/** A checkpoint with the changes of an adapter, each computed when its rows are read. */
import { rowLayout, type Checkpoint, type FloatDtype, type Remarks, type TensorInfo } from './checkpoint.js';
import { floatsOf, littleEndian } from './floats.js';
import { addProduct, addSquares, scaleColumns, scaleRows, type LowRank } from './low-rank.js';

/** A tensor in one of the checkpoints that are merged. */
export interface PlacedTensor {
  readonly checkpoint: Checkpoint;
  /** Its type is one of numbers. */
  readonly info: TensorInfo;
}

/** A low-rank change as it is stored. */
export interface StoredLowRank extends Pick<LowRank, 'rank' | 'scaling' | 'isTransposed'> {
  readonly a: PlacedTensor;
  readonly b: PlacedTensor;
  readonly magnitude: PlacedTensor | null;
}

/** What a tensor of the base becomes: read elsewhere, changed by a product, or by numbers that are added to it. */
export interface Change {
  /** The name that it has in the merged checkpoint. */
  readonly name: string;
  /** What is read, before the change. */
  readonly from: PlacedTensor;
  readonly product?: StoredLowRank;
  readonly sum?: { readonly added: PlacedTensor; readonly scaling: number };
}

/** Bytes of rows at a time where a tensor has to be gone through before its first row is known. */
const BLOCK_BYTES = 1024 * 1024;

export class MergedCheckpoint implements Checkpoint {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly bytes: number;
  readonly remarks: Remarks;
  readonly #base: Checkpoint;
  readonly #changes: ReadonlyMap<string, Change>;
  /** The factors used last: rows are asked for tensor by tensor. */
  #factors: { readonly of: Change; readonly read: Promise<LowRank> } | null = null;
  /** Sums of squares by column, of tensors that were gone through. */
  readonly #squares = new Map<Change, Promise<Float64Array>>();

  /**
   * @param changes no two of a name; the shapes of their parts fit together
   * @param left tensors of the base that are left out
   */
  constructor(base: Checkpoint, changes: readonly Change[], remarks: Remarks, left: readonly string[] = []) {
    this.#base = base;
    this.#changes = new Map(changes.map((change) => [change.name, change]));
    const tensors = new Map(base.tensors);
    for (const { name, from, product, sum } of changes) {
      const isComputed = product !== undefined || sum !== undefined;
      const { dtype, stored = dtype } = from.info;
      tensors.set(name, { ...from.info, name, ...(isComputed ? { dtype: 'F32', stored } : {}) });
    }
    for (const name of left) tensors.delete(name);
    this.tensors = tensors;
    this.metadata = base.metadata;
    this.remarks = remarks;
    this.bytes = base.bytes;
  }

  async readRows(name: string, rowBegin: number, rowEnd: number, signal?: AbortSignal): Promise<Uint8Array> {
    const change = this.#changes.get(name);
    if (change === undefined) {
      if (!this.tensors.has(name)) throw new RangeError(`There is no tensor ${name}.`);
      return this.#base.readRows(name, rowBegin, rowEnd, signal);
    }
    if (change.product === undefined && change.sum === undefined)
      return change.from.checkpoint.readRows(change.from.info.name, rowBegin, rowEnd, signal);
    const rows = await readNumbers(change.from, rowBegin, rowEnd, signal);
    if (change.sum !== undefined) {
      const { added, scaling } = change.sum;
      const numbers = await readNumbers(added, 0, 1, signal);
      const factor = Math.fround(scaling);
      rows.forEach((value, i) => (rows[i] = value + Math.fround((numbers[i] as number) * factor)));
    } else {
      await this.#multiply(change, rows, rowBegin, signal);
    }
    return littleEndian(rows);
  }

  async readRowsInto(
    target: Uint8Array,
    name: string,
    rowBegin: number,
    rowEnd: number,
    signal?: AbortSignal,
  ): Promise<void> {
    if (!this.#changes.has(name) && this.tensors.has(name)) {
      await this.#base.readRowsInto(target, name, rowBegin, rowEnd, signal);
      return;
    }
    const bytes = await this.readRows(name, rowBegin, rowEnd, signal);
    if (target.length !== bytes.length)
      throw new RangeError(`${name}: ${bytes.length} bytes do not fit memory of ${target.length}.`);
    target.set(bytes);
  }

  async #multiply(
    change: Change,
    rows: Float32Array,
    rowBegin: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const factors = await this.#factorsOf(change, signal);
    const { columns } = rowLayout(change.from.info);
    addProduct(rows, rowBegin, columns, factors);
    const { magnitude, isTransposed } = factors;
    if (magnitude === null) return;
    if (isTransposed) scaleColumns(rows, await this.#squaresOf(change, factors, signal), magnitude);
    else scaleRows(rows, rowBegin, columns, magnitude);
  }

  #factorsOf(change: Change, signal: AbortSignal | undefined): Promise<LowRank> {
    if (this.#factors?.of === change) return this.#factors.read;
    const kept = { of: change, read: readFactors(change.product as StoredLowRank, signal) };
    this.#factors = kept;
    // What failed is asked for again.
    kept.read.catch(() => {
      if (this.#factors === kept) this.#factors = null;
    });
    return kept.read;
  }

  #squaresOf(change: Change, factors: LowRank, signal: AbortSignal | undefined): Promise<Float64Array> {
    const known = this.#squares.get(change);
    if (known !== undefined) return known;
    const read = sumSquares(change, factors, signal);
    this.#squares.set(change, read);
    read.catch(() => this.#squares.delete(change));
    return read;
  }
}

async function readFactors(product: StoredLowRank, signal: AbortSignal | undefined): Promise<LowRank> {
  const whole = (tensor: PlacedTensor): Promise<Float32Array> =>
    readNumbers(tensor, 0, rowLayout(tensor.info).rows, signal);
  const { rank, scaling, isTransposed, magnitude } = product;
  return {
    rank,
    scaling,
    isTransposed,
    a: await whole(product.a),
    b: await whole(product.b),
    magnitude: magnitude === null ? null : await whole(magnitude),
  };
}

async function sumSquares(
  { from }: Change,
  factors: LowRank,
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  const { rows, columns } = rowLayout(from.info);
  const step = Math.max(1, Math.floor(BLOCK_BYTES / (4 * columns)));
  const sums = new Float64Array(columns);
  for (let row = 0; row < rows; row += step) {
    const block = await readNumbers(from, row, Math.min(rows, row + step), signal);
    addProduct(block, row, columns, factors);
    addSquares(sums, block);
  }
  return sums;
}

async function readNumbers(
  { checkpoint, info }: PlacedTensor,
  rowBegin: number,
  rowEnd: number,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  return floatsOf(info.dtype as FloatDtype, await checkpoint.readRows(info.name, rowBegin, rowEnd, signal));
}
