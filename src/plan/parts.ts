/** Which rows of the checkpoint become which rows of a package tensor. */
import { isRange } from '../checkpoint/tensor-view.js';
import type { TensorRef } from '../model/decoder.js';
import { roleSpec, type Role } from '../schema/roles.js';

/** Rows of the checkpoint that become rows of a package tensor. */
export interface TensorPart {
  readonly source: TensorRef;
  /** Package row of the source's first row. */
  readonly rowOffset: number;
  /** Distance between package rows of neighbouring source rows. */
  readonly rowStep: number;
  /** Factor on every element. */
  readonly factor: number;
  /** Added to every element that has its factor. */
  readonly offset: number;
}

/** Where the rows of the sources (the elements of vectors) lie: one behind the other, or alternating when the role says so. */
export function placeRows(
  role: Role,
  sources: readonly TensorRef[],
  rowsIn: (source: TensorRef) => number,
  factors: readonly number[] = [],
  offset = 0,
): TensorPart[] {
  const matrix = roleSpec(roleSpec(role).biasOf === undefined ? role : (roleSpec(role).biasOf as Role));
  let rows = 0;
  return sources.map((source, index) => {
    const place = matrix.interleaved
      ? { rowOffset: index, rowStep: sources.length }
      : { rowOffset: rows, rowStep: 1 };
    rows += rowsIn(source);
    return { source, ...place, factor: factors[index] ?? 1, offset };
  });
}

export function rowsOf({ shape }: TensorRef): number {
  return shape[0] ?? 0;
}

/** Elements of a vector, which may be a row or column of a matrix. */
export function lengthOf({ shape }: TensorRef): number {
  return shape.reduce((product, d) => product * d, 1);
}

/** The rows of a table that begin it. */
export function firstRows(table: TensorRef, count: number): TensorRef {
  const { view = {}, shape } = table;
  if (count === shape[0]) return table;
  const rows = view.rows === undefined || isRange(view.rows) ? view.rows : undefined;
  if (rows === undefined && view.rows !== undefined)
    throw new RangeError(`${table.name}: the rows of positions do not follow each other.`);
  const begin = rows?.begin ?? 0;
  return {
    ...table,
    shape: [count, ...shape.slice(1)],
    view: { ...view, rows: { begin, end: begin + count } },
  };
}
