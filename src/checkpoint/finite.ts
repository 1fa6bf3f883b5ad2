/** Finds what is no number among raw weights: NaN and the infinities. */
import type { FloatDtype } from './checkpoint.js';
import { floatBytes } from './dtype.js';

/** Bits of the topmost byte, and of the one below it, that are all set in what is not finite and in nothing else. */
const MASKS: Readonly<Record<FloatDtype, readonly [top: number, next: number]>> = {
  F32: [0x7f, 0x80],
  BF16: [0x7f, 0x80],
  F16: [0x7c, 0],
  F8_E5M2: [0x7c, 0],
  // No infinities, and two codes for NaN.
  F8_E4M3: [0x7f, 0],
};

/**
 * @param bytes whole little-endian elements
 * @returns the index of the first element that is not finite, -1 when all are
 */
export function findNonFinite(bytes: Uint8Array, dtype: FloatDtype): number {
  const size = floatBytes(dtype);
  const [top, next] = MASKS[dtype];
  for (let at = size - 1; at < bytes.length; at += size) {
    if (((bytes[at] as number) & top) !== top) continue;
    if (next === 0 || ((bytes[at - 1] as number) & next) !== 0) return (at + 1) / size - 1;
  }
  return -1;
}
