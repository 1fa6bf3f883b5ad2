/** A tensor directory whose rows are not stored as they are read: quantized, or in another order. */
import type { ByteSource } from '../source/byte-source.js';
import { rowLayout, type Checkpoint, type TensorInfo } from './checkpoint.js';
import { IS_LITTLE_ENDIAN, littleEndian } from './floats.js';

/** Stored bytes that belong to the rows of a tensor, one run a row. */
export interface StoredRows {
  /** Place of the first row in the file. */
  readonly begin: number;
  /** Bytes from row to row. */
  readonly rowBytes: number;
}

/** The rows of a tensor and how to get them. */
export interface ComputedTensor {
  /** The type is that of the rows as they are read. */
  readonly info: TensorInfo;
  /** Where its rows lie, in several places when codes and scales lie apart. */
  readonly stored: readonly StoredRows[];
  /**
   * Numbers of stored rows as F32, `columns` a row; `null` when they are stored as they are read.
   * @param stored the same rows of each place
   */
  readonly decode: ((stored: readonly Uint8Array[], numbers: Float32Array) => void) | null;
  /** Rows that are stored in another order inside each block of so many: `at` gives the stored one of a row, both in the block. */
  readonly order?: { readonly block: number; readonly at: (row: number) => number };
}

export class ComputedCheckpoint implements Checkpoint {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly metadata: Readonly<Record<string, string>> = {};
  readonly bytes: number;
  readonly #sources: ReadonlyMap<string, ByteSource>;
  readonly #computed: ReadonlyMap<string, ComputedTensor>;

  /**
   * @param sources the files that the tensors name
   * @param tensors no two of a name
   */
  constructor(sources: readonly ByteSource[], tensors: readonly ComputedTensor[]) {
    this.#sources = new Map(sources.map((source) => [source.name, source]));
    this.#computed = new Map(tensors.map((tensor) => [tensor.info.name, tensor]));
    this.tensors = new Map(tensors.map(({ info }) => [info.name, info]));
    this.bytes = tensors.reduce(
      (sum, { info, stored }) =>
        sum + stored.reduce((bytes, { rowBytes }) => bytes + rowBytes, 0) * rowLayout(info).rows,
      0,
    );
  }

  async readRows(name: string, rowBegin: number, rowEnd: number, signal?: AbortSignal): Promise<Uint8Array> {
    const tensor = this.#tensor(name, rowBegin, rowEnd);
    const { info, order } = tensor;
    const { rows, rowBytes } = rowLayout(info);
    if (order === undefined) return this.#rows(tensor, rowBegin, rowEnd, signal);
    const { block, at } = order;
    const first = Math.floor(rowBegin / block) * block;
    const whole = await this.#rows(tensor, first, Math.min(rows, Math.ceil(rowEnd / block) * block), signal);
    const ordered = new Uint8Array((rowEnd - rowBegin) * rowBytes);
    for (let row = rowBegin; row < rowEnd; row++) {
      const from = (row - (row % block) - first + at(row % block)) * rowBytes;
      ordered.set(whole.subarray(from, from + rowBytes), (row - rowBegin) * rowBytes);
    }
    return ordered;
  }

  async readRowsInto(
    target: Uint8Array,
    name: string,
    rowBegin: number,
    rowEnd: number,
    signal?: AbortSignal,
  ): Promise<void> {
    const tensor = this.#tensor(name, rowBegin, rowEnd);
    const length = (rowEnd - rowBegin) * rowLayout(tensor.info).rowBytes;
    if (target.length !== length)
      throw new RangeError(`${name}: ${length} bytes do not fit memory of ${target.length}.`);
    if (tensor.decode === null || tensor.order !== undefined || !canHoldFloats(target)) {
      target.set(await this.readRows(name, rowBegin, rowEnd, signal));
      return;
    }
    const parts = await this.#stored(tensor, rowBegin, rowEnd, signal);
    tensor.decode(parts, new Float32Array(target.buffer, target.byteOffset, target.length / 4));
  }

  /** @throws RangeError when there is none, or no such rows */
  #tensor(name: string, rowBegin: number, rowEnd: number): ComputedTensor {
    const tensor = this.#computed.get(name);
    if (tensor === undefined) throw new RangeError(`There is no tensor ${name}.`);
    const { rows } = rowLayout(tensor.info);
    const isRow = (row: number): boolean => Number.isInteger(row) && row >= 0 && row <= rows;
    if (isRow(rowBegin) && isRow(rowEnd) && rowBegin <= rowEnd) return tensor;
    throw new RangeError(`${name}: rows ${rowBegin} to ${rowEnd} are outside the tensor of ${rows} rows.`);
  }

  /** The stored rows of each place. */
  async #stored(
    { info, stored }: ComputedTensor,
    rowBegin: number,
    rowEnd: number,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array[]> {
    const source = this.#sources.get(info.file);
    if (source === undefined) throw new RangeError(`${info.name}: there is no file ${info.file}.`);
    const parts: Uint8Array[] = [];
    for (const { begin, rowBytes } of stored)
      parts.push(await source.read(begin + rowBegin * rowBytes, begin + rowEnd * rowBytes, signal));
    return parts;
  }

  /** Rows in the order in which they are stored. */
  async #rows(
    tensor: ComputedTensor,
    rowBegin: number,
    rowEnd: number,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    const { info, decode } = tensor;
    const parts = await this.#stored(tensor, rowBegin, rowEnd, signal);
    if (decode === null) return parts[0] ?? new Uint8Array(0);
    const numbers = new Float32Array((rowEnd - rowBegin) * rowLayout(info).columns);
    decode(parts, numbers);
    return littleEndian(numbers);
  }
}

/** Whether numbers can be written in place, in the order that checkpoints have. */
function canHoldFloats(memory: Uint8Array): boolean {
  return IS_LITTLE_ENDIAN && memory.byteOffset % 4 === 0;
}
