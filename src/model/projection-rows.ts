/** Which rows of a stored matrix are query, key and value: fused in one of two orders, or in another order within heads. */
import type { IndexRange, TensorView } from '../checkpoint/tensor-view.js';
import type { Heads } from './heads.js';

/** The parts of a projection, in the order in which fused tensors have them. */
export const PROJECTIONS = ['query', 'key', 'value'] as const;

export type Projection = (typeof PROJECTIONS)[number];

/** Heads of a part. */
export function headsOf(part: Projection, { heads, kvHeads }: Heads): number {
  return part === 'query' ? heads : kvHeads;
}

/** Rows of all three. */
export function fusedRows({ heads, kvHeads, headDim }: Heads): number {
  return (heads + 2 * kvHeads) * headDim;
}

/**
 * The rows of one part.
 * @param order of a fused matrix, `null` for a matrix of its own
 * @param pairs rotating elements of a head whose pairs are neighbours (`2i` with `2i + 1`) in the checkpoint; 0 for none
 * @returns a view that has them in the order of the description; `undefined` for all as they are
 */
export function projectionView(
  part: Projection,
  sizes: Heads,
  order: 'parts' | 'groups' | null,
  pairs: number,
): TensorView | undefined {
  const { headDim } = sizes;
  const count = headsOf(part, sizes);
  const firstRow = firstRows(part, sizes, order);
  const isTurned = pairs > 0 && part !== 'value';
  const isTogether = order !== 'groups' || sizes.kvHeads === 1;
  if (!isTurned && isTogether) {
    if (order === null) return undefined;
    const begin = firstRow(0);
    return { rows: { begin, end: begin + count * headDim } satisfies IndexRange };
  }
  const within = isTurned ? apart(headDim, pairs) : [...Array(headDim).keys()];
  const rows = Array.from({ length: count }, (_, head) => within.map((row) => firstRow(head) + row)).flat();
  return { rows };
}

/** Where the rows of each head begin. */
function firstRows(
  part: Projection,
  { heads, kvHeads, headDim }: Heads,
  order: 'parts' | 'groups' | null,
): (head: number) => number {
  const group = heads / kvHeads;
  switch (order) {
    case null:
      return (head) => head * headDim;
    case 'parts': {
      const before = { query: 0, key: heads, value: heads + kvHeads }[part];
      return (head) => (before + head) * headDim;
    }
    case 'groups': {
      const size = group + 2;
      return part === 'query'
        ? (head) => (Math.floor(head / group) * size + (head % group)) * headDim
        : (head) => (head * size + group + (part === 'key' ? 0 : 1)) * headDim;
    }
  }
}

/** The first of each pair, then the second of each, then what does not rotate. */
function apart(headDim: number, pairs: number): number[] {
  const elements = [...Array(headDim).keys()];
  const turning = elements.slice(0, pairs);
  return [
    ...turning.filter((element) => element % 2 === 0),
    ...turning.filter((element) => element % 2 === 1),
    ...elements.slice(pairs),
  ];
}
