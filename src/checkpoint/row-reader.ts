/**
 * Rows of a stored tensor or of a view, read into memory that is there. Views are put together from whole stored rows, so
 * that every container can serve them; memory stays within the named bounds whatever the tensor's size.
 */
import type { Checkpoint, RowLayout, TensorInfo } from './checkpoint.js';
import { rowLayout } from './checkpoint.js';
import { bitsOf } from './dtype.js';
import { isRange, storedMatrix, viewShape, type TensorSource, type TensorView } from './tensor-view.js';

/** Reads the rows of one tensor; one read at a time. */
export interface RowReader {
  readonly layout: RowLayout;
  /**
   * Fills `target` with rows `[rowBegin, rowEnd)`, as {@link Checkpoint.readRowsInto}.
   * @throws TransportError, RangeError
   */
  readRowsInto(target: Uint8Array, rowBegin: number, rowEnd: number, signal?: AbortSignal): Promise<void>;
}

/** Stored rows that are held at once while a view is put together; a single longer row is held nevertheless. */
const STAGE_BYTES = 1024 * 1024;

/**
 * Transposed rows that are made at once: each time, the tensor is read from its first row to its last. Conv1D weights of
 * models that fit a chip are made in one go.
 */
const TILE_BYTES = 8 * 1024 * 1024;

/** Unwanted bytes that are read along when a new read would cost more. */
const GAP_BYTES = 16 * 1024;

/** The bounds above, which tests make small. */
export interface ReaderLimits {
  readonly stageBytes: number;
  readonly tileBytes: number;
  readonly gapBytes: number;
}

const LIMITS: ReaderLimits = { stageBytes: STAGE_BYTES, tileBytes: TILE_BYTES, gapBytes: GAP_BYTES };

/**
 * The reader of a tensor or view.
 * @throws RangeError when there is no such tensor, the view lies outside of it, or its elements are not whole bytes
 */
export function rowReader(
  checkpoint: Checkpoint,
  source: TensorSource,
  limits: ReaderLimits = LIMITS,
): RowReader {
  const info = checkpoint.tensors.get(source.name);
  if (info === undefined) throw new RangeError(`There is no tensor ${source.name}.`);
  if (source.view === undefined) {
    return {
      layout: rowLayout(info),
      readRowsInto: (target, rowBegin, rowEnd, signal) =>
        checkpoint.readRowsInto(target, info.name, rowBegin, rowEnd, signal),
    };
  }
  const elementBytes = bitsOf(info.dtype) / 8;
  if (!Number.isInteger(elementBytes))
    throw new RangeError(`${info.name}: elements of ${info.dtype} are no whole bytes, which views need.`);
  const shape = viewShape(info, source.view);
  const stored = new StoredRows(checkpoint, info, elementBytes, limits);
  if (stored.isVector) return new VectorView(stored, source.view, shape);
  const [rows = 0, columns = 0] = shape;
  const layout = { rows, columns, rowBytes: columns * elementBytes };
  return source.view.transposed === true
    ? new TransposedView(stored, source.view, layout)
    : new MatrixView(stored, source.view, layout);
}

/** The rows of one tensor. @throws as {@link rowReader} and the reading itself */
export async function readRows(
  checkpoint: Checkpoint,
  source: TensorSource,
  rowBegin: number,
  rowEnd: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  if (source.view === undefined) return checkpoint.readRows(source.name, rowBegin, rowEnd, signal);
  const reader = rowReader(checkpoint, source);
  checkRows(reader.layout, rowBegin, rowEnd);
  const target = new Uint8Array((rowEnd - rowBegin) * reader.layout.rowBytes);
  await reader.readRowsInto(target, rowBegin, rowEnd, signal);
  return target;
}

/** A row of the view (`at`) and the stored row that it comes from. */
interface Placed {
  readonly stored: number;
  readonly at: number;
}

/** The stored tensor under a view. */
class StoredRows {
  readonly columns: number;
  readonly rowBytes: number;
  readonly isVector: boolean;

  constructor(
    readonly checkpoint: Checkpoint,
    readonly info: TensorInfo,
    readonly elementBytes: number,
    readonly limits: ReaderLimits,
  ) {
    const matrix = storedMatrix(info);
    this.isVector = matrix.isVector;
    this.columns = matrix.columns;
    this.rowBytes = matrix.columns * elementBytes;
  }

  /** Fills `target` with rows that follow each other. */
  async readInto(target: Uint8Array, begin: number, end: number, signal?: AbortSignal): Promise<void> {
    await this.checkpoint.readRowsInto(target, this.info.name, begin, end, signal);
  }

  /**
   * Reads rows in ascending order and hands them over in pieces of a bounded size.
   * @param rows ascending by `stored`
   * @param take gets the bytes from the stored row `begin` on, and the rows among them
   */
  async scan(
    rows: readonly Placed[],
    take: (bytes: Uint8Array<ArrayBuffer>, begin: number, rows: readonly Placed[]) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const most = Math.max(1, Math.floor(this.limits.stageBytes / Math.max(1, this.rowBytes)));
    const gap = Math.floor(this.limits.gapBytes / Math.max(1, this.rowBytes));
    let stage = new Uint8Array(0);
    for (let from = 0; from < rows.length;) {
      const begin = (rows[from] as Placed).stored;
      let to = from + 1;
      let end = begin + 1;
      for (; to < rows.length; to++) {
        const next = (rows[to] as Placed).stored;
        if (next - end > gap || next + 1 - begin > most) break;
        end = next + 1;
      }
      const length = (end - begin) * this.rowBytes;
      if (stage.length < length) stage = new Uint8Array(Math.min(most, end - begin) * this.rowBytes);
      await this.readInto(stage.subarray(0, length), begin, end, signal);
      take(stage, begin, rows.slice(from, to));
      from = to;
    }
  }
}

/** Some columns of some rows. */
class MatrixView implements RowReader {
  readonly layout: RowLayout;
  readonly #stored: StoredRows;
  readonly #rows: TensorView['rows'];
  readonly #column: number;

  constructor(stored: StoredRows, view: TensorView, layout: RowLayout) {
    this.layout = layout;
    this.#stored = stored;
    this.#rows = view.rows;
    this.#column = view.columns?.begin ?? 0;
  }

  async readRowsInto(
    target: Uint8Array,
    rowBegin: number,
    rowEnd: number,
    signal?: AbortSignal,
  ): Promise<void> {
    checkRows(this.layout, rowBegin, rowEnd);
    checkTarget(target, (rowEnd - rowBegin) * this.layout.rowBytes);
    const { rowBytes } = this.layout;
    if (target.length === 0) return;
    const rows = placed(this.#rows, rowBegin, rowEnd);
    const first = (rows[0] as Placed).stored;
    const isRun = rows.every(({ stored, at }) => stored === first + at);
    if (isRun && rowBytes === this.#stored.rowBytes) {
      await this.#stored.readInto(target, first, first + rows.length, signal);
      return;
    }
    if (!isRun) rows.sort((a, b) => a.stored - b.stored);
    const offset = this.#column * this.#stored.elementBytes;
    await this.#stored.scan(
      rows,
      (bytes, begin, found) => {
        for (const { stored, at } of found) {
          const from = (stored - begin) * this.#stored.rowBytes + offset;
          target.set(bytes.subarray(from, from + rowBytes), at * rowBytes);
        }
      },
      signal,
    );
  }
}

/** Elements of a vector, which is one row. */
class VectorView implements RowReader {
  readonly layout: RowLayout;
  readonly #stored: StoredRows;
  readonly #elements: TensorView['rows'];

  constructor(stored: StoredRows, view: TensorView, [length = 0]: readonly number[]) {
    this.layout = { rows: 1, columns: length, rowBytes: length * stored.elementBytes };
    this.#stored = stored;
    this.#elements = view.rows;
  }

  async readRowsInto(
    target: Uint8Array,
    rowBegin: number,
    rowEnd: number,
    signal?: AbortSignal,
  ): Promise<void> {
    checkRows(this.layout, rowBegin, rowEnd);
    checkTarget(target, (rowEnd - rowBegin) * this.layout.rowBytes);
    if (target.length === 0) return;
    const { elementBytes, info } = this.#stored;
    // To the container a vector is one row: it is the smallest thing that can be read.
    const whole = new Uint8Array(rowLayout(info).rowBytes);
    await this.#stored.readInto(whole, 0, 1, signal);
    for (const { stored, at } of placed(this.#elements, 0, this.layout.columns)) {
      target.set(whole.subarray(stored * elementBytes, (stored + 1) * elementBytes), at * elementBytes);
    }
  }
}

/** Rows `[begin, end)` of a transpose. */
interface Tile {
  readonly begin: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

/** Rows of the transpose: columns as stored. They are made a tile at a time, and a tile serves the blocks that it spans. */
class TransposedView implements RowReader {
  readonly layout: RowLayout;
  readonly #stored: StoredRows;
  readonly #view: TensorView;
  /** Numbers that are copied as wholes; their bits do not matter. */
  readonly #unit: UnitArray;
  /** Such numbers in an element. */
  readonly #perElement: number;
  #tile: Tile | null = null;

  constructor(stored: StoredRows, view: TensorView, layout: RowLayout) {
    this.layout = layout;
    this.#stored = stored;
    this.#view = view;
    this.#unit = UNITS[Math.min(4, stored.elementBytes)] ?? Uint8Array;
    this.#perElement = stored.elementBytes / this.#unit.BYTES_PER_ELEMENT;
  }

  async readRowsInto(
    target: Uint8Array,
    rowBegin: number,
    rowEnd: number,
    signal?: AbortSignal,
  ): Promise<void> {
    checkRows(this.layout, rowBegin, rowEnd);
    const { rowBytes } = this.layout;
    checkTarget(target, (rowEnd - rowBegin) * rowBytes);
    if (target.length === 0) return;
    for (let row = rowBegin; row < rowEnd;) {
      const tile = await this.#tileAt(row, signal);
      const end = Math.min(rowEnd, tile.end);
      const bytes = tile.bytes.subarray((row - tile.begin) * rowBytes, (end - tile.begin) * rowBytes);
      target.set(bytes, (row - rowBegin) * rowBytes);
      row = end;
    }
  }

  /** The tile that holds a row, made when there is none. */
  async #tileAt(row: number, signal: AbortSignal | undefined): Promise<Tile> {
    if (this.#tile !== null && this.#tile.begin <= row && row < this.#tile.end) return this.#tile;
    // Let go before the next is made, so that there is never more than one.
    this.#tile = null;
    const { rows, columns, rowBytes } = this.layout;
    const most = Math.max(1, Math.floor(this.#stored.limits.tileBytes / rowBytes));
    const end = Math.min(rows, row + most);
    const made = new this.#unit((end - row) * columns * this.#perElement);
    const first = this.#view.columns?.begin ?? 0;
    const along = Array.from({ length: columns }, (_, at): Placed => ({ stored: first + at, at }));
    const across = placed(this.#view.rows, row, end);
    await this.#stored.scan(along, (bytes, _, found) => this.#transpose(made, bytes, across, found), signal);
    this.#tile = { begin: row, end, bytes: new Uint8Array(made.buffer) };
    return this.#tile;
  }

  /** @param found stored rows that follow each other, the first at the beginning of `bytes` */
  #transpose(
    made: InstanceType<UnitArray>,
    bytes: Uint8Array<ArrayBuffer>,
    across: readonly Placed[],
    found: readonly Placed[],
  ): void {
    const from = new this.#unit(bytes.buffer, bytes.byteOffset, bytes.length / this.#unit.BYTES_PER_ELEMENT);
    const units = this.#perElement;
    const { columns } = this.layout;
    const firstAt = found[0]?.at ?? 0;
    const stride = this.#stored.columns * units;
    for (const { stored, at } of across) {
      let to = (at * columns + firstAt) * units;
      let source = stored * units;
      for (let count = found.length; count > 0; count--) {
        for (let unit = 0; unit < units; unit++) made[to++] = from[source + unit] as number;
        source += stride;
      }
    }
  }
}

type UnitArray = Uint8ArrayConstructor | Uint16ArrayConstructor | Uint32ArrayConstructor;

/** By bytes; larger elements are copied in parts. */
const UNITS: Readonly<Record<number, UnitArray>> = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array };

/** The stored rows of a range of the view's, in the view's order; `at` counts from the range's beginning. */
function placed(rows: TensorView['rows'], begin: number, end: number): Placed[] {
  const length = end - begin;
  if (rows === undefined || isRange(rows)) {
    const first = begin + (rows?.begin ?? 0);
    return Array.from({ length }, (_, at) => ({ stored: first + at, at }));
  }
  return rows.slice(begin, end).map((stored, at) => ({ stored, at }));
}

function checkRows({ rows }: RowLayout, begin: number, end: number): void {
  if (Number.isInteger(begin) && Number.isInteger(end) && 0 <= begin && begin <= end && end <= rows) return;
  throw new RangeError(`Rows ${begin} to ${end} are outside the view of ${rows} rows.`);
}

function checkTarget(target: Uint8Array, length: number): void {
  if (target.length !== length)
    throw new RangeError(`${length} bytes of a view do not fit memory of ${target.length}.`);
}
