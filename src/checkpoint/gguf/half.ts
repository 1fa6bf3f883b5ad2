/** Numbers of 16 bits as F32, by a table that is made when it is first wanted. */

let table: Float32Array | null = null;

/** F32 of every F16 (IEEE 754 binary16), by its bits. */
export function halves(): Float32Array {
  if (table !== null) return table;
  const bits = new Uint32Array(1 << 16);
  for (let half = 0; half < bits.length; half++) bits[half] = widened(half);
  table = new Float32Array(bits.buffer);
  return table;
}

/** The bits of the F32 that has the value. */
function widened(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // Without a leading one: it is found, and the exponent lowered by as many places.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}
