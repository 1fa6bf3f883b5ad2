/** Accounts for the elements of a stored tensor that views take: none twice, and how many are left. */
import type { TensorInfo } from './checkpoint.js';
import { isRange, storedMatrix, type IndexRange, type TensorView } from './tensor-view.js';

/** Elements that a view takes, as stored: every combination of the rows and the columns. */
export interface Coverage {
  /** Sorted and apart. */
  readonly rows: readonly IndexRange[];
  readonly columns: readonly IndexRange[];
  /** A row is taken twice by the view itself. */
  readonly isRepeating: boolean;
}

/** What a view takes of a tensor, all of it without one; the view lies inside the tensor. */
export function coverageOf(info: TensorInfo, view: TensorView = {}): Coverage {
  // A scalar is all or nothing.
  if (info.shape.length === 0) return { rows: [ONE], columns: [ONE], isRepeating: false };
  const stored = storedMatrix(info);
  const isTransposed = view.transposed === true;
  const [rows, columns] = isTransposed ? [stored.columns, stored.rows] : [stored.rows, stored.columns];
  const list = view.rows !== undefined && !isRange(view.rows) ? [...view.rows].sort((a, b) => a - b) : null;
  const along = list === null ? [rangeOf(view.rows as IndexRange | undefined, rows)] : runs(list);
  const across = [rangeOf(view.columns, columns)];
  return {
    rows: isTransposed ? across : along,
    columns: isTransposed ? along : across,
    isRepeating: list?.some((row, index) => row === list[index + 1]) ?? false,
  };
}

/** Whether two views share an element. */
export function overlap(a: Coverage, b: Coverage): boolean {
  return intersect(a.rows, b.rows) && intersect(a.columns, b.columns);
}

/** Number of elements. */
export function coveredElements({ rows, columns }: Coverage): number {
  return lengthOf(rows) * lengthOf(columns);
}

const ONE: IndexRange = { begin: 0, end: 1 };

function rangeOf(range: IndexRange | undefined, length: number): IndexRange {
  return range ?? { begin: 0, end: length };
}

function lengthOf(ranges: readonly IndexRange[]): number {
  return ranges.reduce((sum, { begin, end }) => sum + end - begin, 0);
}

/** Ascending numbers as ranges. */
function runs(numbers: readonly number[]): IndexRange[] {
  const found: { begin: number; end: number }[] = [];
  for (const number of numbers) {
    const last = found.at(-1);
    if (last === undefined || number > last.end) found.push({ begin: number, end: number + 1 });
    else last.end = number + 1;
  }
  return found;
}

function intersect(a: readonly IndexRange[], b: readonly IndexRange[]): boolean {
  for (let i = 0, j = 0; ;) {
    const [one, other] = [a[i], b[j]];
    if (one === undefined || other === undefined) return false;
    if (Math.max(one.begin, other.begin) < Math.min(one.end, other.end)) return true;
    if (one.end <= other.end) i++;
    else j++;
  }
}
