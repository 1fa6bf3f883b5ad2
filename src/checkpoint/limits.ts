/** Limits that every container shares. */

/** Most tensors of a file or an index: what fits the longest header, so that short names do not multiply the memory. */
export const MAX_TENSORS = 200_000;
