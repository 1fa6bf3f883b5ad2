/** The kernels as the tests use them, loaded once. */
import { readFile } from 'node:fs/promises';
import { type Kernels, loadKernels } from '../../src/quantize/kernels.js';

const bytes = await readFile(new URL('../../kernels/prebuilt/kernels.wasm', import.meta.url));

export const kernelBytes: Uint8Array = bytes;
export const kernels: Kernels = await loadKernels(bytes);

/** A small seeded generator (mulberry32): uniform in [0, 1). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
