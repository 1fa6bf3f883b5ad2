/** Slopes of heads whose scores fall with the distance (Press, Smith and Lewis, 2021), as the families compute them. */

/**
 * A geometric row for a power of two of heads; for other numbers the row of the next smaller power, then every other value
 * of the row of twice as many.
 */
export function alibiSlopes(heads: number): readonly number[] {
  const power = 2 ** Math.floor(Math.log2(heads));
  const row = (count: number): number[] => {
    const base = 2 ** -(2 ** -(Math.log2(count) - 3));
    return Array.from({ length: count }, (_, i) => base ** (i + 1));
  };
  const between = row(2 * power).filter((_, i) => i % 2 === 0);
  return [...row(power), ...between].slice(0, heads);
}

/** MPT's: the row of the next larger power of two, every other value of which comes first. */
export function mptSlopes(heads: number, most: number): readonly number[] {
  const power = 2 ** Math.ceil(Math.log2(heads));
  const row = Array.from({ length: power }, (_, i) => 2 ** ((-(i + 1) * most) / power));
  if (power === heads) return row;
  return [...row.filter((_, i) => i % 2 === 1), ...row.filter((_, i) => i % 2 === 0)].slice(0, heads);
}

/** The nearest number of eight significant bits, halves to even. */
export function roundToBFloat16(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  const bits = view.getUint32(0);
  view.setUint32(0, (bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000);
  return view.getFloat32(0);
}
