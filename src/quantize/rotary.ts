/** Rotary tables: the cosines and sines that the engine reads, one row per position. */
import type { RotarySpec } from '../model/decoder.js';

/**
 * Table of `rows` positions: `dim / 2` cosines, then `dim / 2` sines, f32 little-endian.
 * Angles are computed in 64-bit floats, so that late positions keep their precision.
 * @param rowStride bytes from row to row; the padding is zero
 */
export function rotaryTable(spec: RotarySpec, rows: number, rowStride: number): Uint8Array {
  const bytes = new Uint8Array(rows * rowStride);
  const view = new DataView(bytes.buffer);
  const half = spec.dim / 2;
  for (let position = 0; position < rows; position++) {
    for (let index = 0; index < half; index++) {
      const angle = position * (spec.inverseFrequencies[index] ?? 0);
      const at = position * rowStride + 4 * index;
      view.setFloat32(at, Math.cos(angle) * spec.attentionFactor, true);
      view.setFloat32(at + 4 * half, Math.sin(angle) * spec.attentionFactor, true);
    }
  }
  return bytes;
}
