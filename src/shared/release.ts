/**
 * Gives the memory of numbers that nobody reads again back at once, in browsers that can; elsewhere their garbage collection
 * comes to it, which may be tens of megabytes later. What shares its memory with others is left to it everywhere.
 */
export function release({ buffer, byteLength }: ArrayBufferView): void {
  const { transfer } = buffer as { transfer?: (length: number) => unknown };
  // One that was given away or back already is empty.
  if (byteLength > 0 && byteLength === buffer.byteLength) transfer?.call(buffer, 0);
}
