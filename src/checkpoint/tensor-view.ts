/**
 * A view: some of a stored tensor's elements as a tensor of their own, so that fused, transposed and permuted weights, and
 * those that are cut, look like any other to whoever reads them. Plain data.
 */
import type { TensorInfo } from './checkpoint.js';
import { rowLayout } from './checkpoint.js';

/** Positions `[begin, end)`. */
export interface IndexRange {
  readonly begin: number;
  readonly end: number;
}

/** What a view takes, and in which order. Rows and columns are counted after the transposition. */
export interface TensorView {
  /** The checkpoint stores `[in, out]` where the view is `[out, in]`. Not for vectors. */
  readonly transposed?: boolean;
  /** A range of rows, or rows one by one in the order of the view; all when absent. For a vector: of its elements. */
  readonly rows?: IndexRange | readonly number[];
  /** A range of columns; all when absent. Not for vectors. */
  readonly columns?: IndexRange;
}

/** A stored tensor, or a view of one. */
export interface TensorSource {
  readonly name: string;
  readonly view?: TensorView | undefined;
}

/** The stored tensor that a view is taken of, as rows and columns; a vector's elements count as rows of one. */
export interface StoredMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly isVector: boolean;
}

/** How views count a stored tensor. @throws RangeError for a scalar */
export function storedMatrix(info: TensorInfo): StoredMatrix {
  const [length] = info.shape;
  if (length === undefined) throw new RangeError(`${info.name}: a scalar has no views.`);
  if (info.shape.length === 1) return { rows: length, columns: 1, isVector: true };
  const { rows, columns } = rowLayout(info);
  return { rows, columns, isVector: false };
}

/**
 * The shape of a view: `[length]` of a vector, else `[rows, columns]`.
 * @throws RangeError when the view does not lie inside the tensor
 */
export function viewShape(info: TensorInfo, view: TensorView): readonly number[] {
  const stored = storedMatrix(info);
  const isTransposed = view.transposed === true;
  if (stored.isVector && (isTransposed || view.columns !== undefined))
    throw new RangeError(`${info.name}: a view of a vector has neither columns nor another orientation.`);
  const [rows, columns] = isTransposed ? [stored.columns, stored.rows] : [stored.rows, stored.columns];
  const taken = countOf(view.rows, rows, `${info.name}: the rows`);
  return stored.isVector ? [taken] : [taken, countOf(view.columns, columns, `${info.name}: the columns`)];
}

function countOf(selected: IndexRange | readonly number[] | undefined, length: number, what: string): number {
  if (selected === undefined) return length;
  const inside = (index: number): boolean => Number.isInteger(index) && index >= 0 && index <= length;
  if (!isRange(selected)) {
    if (!selected.every((index) => inside(index) && index < length))
      throw new RangeError(`${what} of a view are not all among the ${length} of the tensor.`);
    return selected.length;
  }
  const { begin, end } = selected;
  if (!(inside(begin) && inside(end) && begin <= end))
    throw new RangeError(`${what} ${begin} to ${end} of a view are outside the ${length} of the tensor.`);
  return end - begin;
}

/** Whether rows are a range rather than a list. */
export function isRange(selected: IndexRange | readonly number[]): selected is IndexRange {
  return !Array.isArray(selected);
}

/** Name of a tensor, or of a view in a form that two views of one tensor do not share. */
export function tensorKey({ name, view }: TensorSource): string {
  if (view === undefined) return name;
  const parts = [
    ...(view.transposed === true ? ['transposed'] : []),
    ...(view.rows === undefined ? [] : [`rows ${selectionKey(view.rows)}`]),
    ...(view.columns === undefined ? [] : [`columns ${selectionKey(view.columns)}`]),
  ];
  return parts.length === 0 ? name : `${name}[${parts.join(', ')}]`;
}

/** Lists longer than this are told apart by a sum instead of being spelled out. */
const SPELLED_ROWS = 8;

function selectionKey(selected: IndexRange | readonly number[]): string {
  if (isRange(selected)) return `${selected.begin}-${selected.end - 1}`;
  if (selected.length <= SPELLED_ROWS) return selected.join(' ');
  // FNV-1a over the numbers.
  const sum = selected.reduce((hash, row) => Math.imul(hash ^ row, 0x01000193), 0x811c9dc5) >>> 0;
  return `${selected.length} in order ${sum.toString(16).padStart(8, '0')}`;
}
