/**
 * Gives the memory of numbers that nobody reads again back at once, in browsers that can; elsewhere their garbage collection
 * comes to it, which may be tens of megabytes later.
 */
export function release({ buffer }: ArrayBufferView): void {
  const { transfer } = buffer as { transfer?: (length: number) => unknown };
  transfer?.call(buffer, 0);
}
