/**
 * Rows of blocks as F32, number by number what ggml computes (ggml-quants.c, `dequantize_row_*`): products and sums are
 * rounded to F32 where it does. A sum or product of two F32 that is computed as a double and then rounded is the one of F32.
 */
import type { BlockName } from './types.js';
import { halves } from './half.js';

/** @param blocks whole blocks; @param numbers as many as they have elements */
export type Dequantize = (blocks: Uint8Array, numbers: Float32Array) => void;

const f32 = Math.fround;

/** Steps of IQ4, which are closer where values are many. */
export const IQ4_STEPS: readonly number[] = [
  -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113,
];

/** E2M1 (OCP Microscaling Formats), doubled. */
const FP4_STEPS: readonly number[] = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

const Q4_0: Dequantize = (blocks, numbers) => {
  const half = halves();
  for (let at = 0, to = 0; to < numbers.length; at += 18, to += 32) {
    const scale = half[word(blocks, at)] as number;
    for (let i = 0; i < 16; i++) {
      const byte = blocks[at + 2 + i] as number;
      numbers[to + i] = ((byte & 15) - 8) * scale;
      numbers[to + 16 + i] = ((byte >> 4) - 8) * scale;
    }
  }
};

const Q4_1: Dequantize = (blocks, numbers) => {
  const half = halves();
  for (let at = 0, to = 0; to < numbers.length; at += 20, to += 32) {
    const scale = half[word(blocks, at)] as number;
    const least = half[word(blocks, at + 2)] as number;
    for (let i = 0; i < 16; i++) {
      const byte = blocks[at + 4 + i] as number;
      numbers[to + i] = f32((byte & 15) * scale) + least;
      numbers[to + 16 + i] = f32((byte >> 4) * scale) + least;
    }
  }
};

const Q5_0: Dequantize = (blocks, numbers) => {
  const half = halves();
  for (let at = 0, to = 0; to < numbers.length; at += 22, to += 32) {
    const scale = half[word(blocks, at)] as number;
    const high = word(blocks, at + 2) | (word(blocks, at + 4) << 16);
    for (let i = 0; i < 16; i++) {
      const byte = blocks[at + 6 + i] as number;
      numbers[to + i] = (((byte & 15) | (((high >> i) & 1) << 4)) - 16) * scale;
      numbers[to + 16 + i] = (((byte >> 4) | (((high >> (i + 16)) & 1) << 4)) - 16) * scale;
    }
  }
};

const Q5_1: Dequantize = (blocks, numbers) => {
  const half = halves();
  for (let at = 0, to = 0; to < numbers.length; at += 24, to += 32) {
    const scale = half[word(blocks, at)] as number;
    const least = half[word(blocks, at + 2)] as number;
    const high = word(blocks, at + 4) | (word(blocks, at + 6) << 16);
    for (let i = 0; i < 16; i++) {
      const byte = blocks[at + 8 + i] as number;
      numbers[to + i] = f32(((byte & 15) | (((high >> i) & 1) << 4)) * scale) + least;
      numbers[to + 16 + i] = f32(((byte >> 4) | (((high >> (i + 16)) & 1) << 4)) * scale) + least;
    }
  }
};

const Q8_0: Dequantize = (blocks, numbers) => {
  const half = halves();
  const codes = signed(blocks);
  for (let at = 0, to = 0; to < numbers.length; at += 34, to += 32) {
    const scale = half[word(blocks, at)] as number;
    for (let i = 0; i < 32; i++) numbers[to + i] = (codes[at + 2 + i] as number) * scale;
  }
};

const IQ4_NL: Dequantize = (blocks, numbers) => {
  const half = halves();
  const steps = Int8Array.from(IQ4_STEPS);
  for (let at = 0, to = 0; to < numbers.length; at += 18, to += 32) {
    const scale = half[word(blocks, at)] as number;
    for (let i = 0; i < 16; i++) {
      const byte = blocks[at + 2 + i] as number;
      numbers[to + i] = (steps[byte & 15] as number) * scale;
      numbers[to + 16 + i] = (steps[byte >> 4] as number) * scale;
    }
  }
};

const IQ4_XS: Dequantize = (blocks, numbers) => {
  const half = halves();
  const steps = Int8Array.from(IQ4_STEPS);
  for (let at = 0, to = 0; to < numbers.length; at += 136) {
    const whole = half[word(blocks, at)] as number;
    const high = word(blocks, at + 2);
    for (let group = 0; group < 8; group++, to += 32) {
      const low = ((blocks[at + 4 + (group >> 1)] as number) >> (4 * (group & 1))) & 15;
      const scale = f32(whole * ((low | (((high >> (2 * group)) & 3) << 4)) - 32));
      const from = at + 8 + 16 * group;
      for (let i = 0; i < 16; i++) {
        const byte = blocks[from + i] as number;
        numbers[to + i] = (steps[byte & 15] as number) * scale;
        numbers[to + 16 + i] = (steps[byte >> 4] as number) * scale;
      }
    }
  }
};

const MXFP4: Dequantize = (blocks, numbers) => {
  const steps = Int8Array.from(FP4_STEPS);
  for (let at = 0, to = 0; to < numbers.length; at += 17, to += 32) {
    // The steps are doubled, so the scale is halved: the exponent's bias is 127.
    const scale = 2 ** ((blocks[at] as number) - 128);
    for (let i = 0; i < 16; i++) {
      const byte = blocks[at + 1 + i] as number;
      numbers[to + i] = (steps[byte & 15] as number) * scale;
      numbers[to + 16 + i] = (steps[byte >> 4] as number) * scale;
    }
  }
};

const TQ2_0: Dequantize = (blocks, numbers) => {
  const half = halves();
  for (let at = 0, to = 0; to < numbers.length; at += 66) {
    const scale = half[word(blocks, at + 64)] as number;
    for (let from = at; from < at + 64; from += 32) {
      for (let shift = 0; shift < 8; shift += 2, to += 32) {
        for (let i = 0; i < 32; i++)
          numbers[to + i] = ((((blocks[from + i] as number) >> shift) & 3) - 1) * scale;
      }
    }
  }
};

/** Bytes with five digits to the base of 3, as fractions: how many there are of each length, and where. */
const TRITS: readonly (readonly [first: number, bytes: number, digits: number])[] = [
  [0, 32, 5],
  [32, 16, 5],
  [48, 4, 4],
];

const TQ1_0: Dequantize = (blocks, numbers) => {
  const half = halves();
  for (let at = 0, to = 0; to < numbers.length; at += 54) {
    const scale = half[word(blocks, at + 52)] as number;
    for (const [first, bytes, digits] of TRITS) {
      for (let digit = 0, power = 1; digit < digits; digit++, power *= 3, to += bytes) {
        for (let i = 0; i < bytes; i++) {
          const rest = ((blocks[at + first + i] as number) * power) & 0xff;
          numbers[to + i] = (((rest * 3) >> 8) - 1) * scale;
        }
      }
    }
  }
};

const SIMPLE: Partial<Readonly<Record<BlockName, Dequantize>>> = {
  Q4_0,
  Q4_1,
  Q5_0,
  Q5_1,
  Q8_0,
  IQ4_NL,
  IQ4_XS,
  MXFP4,
  TQ1_0,
  TQ2_0,
};

/** How blocks of a type become numbers; tables that only few files need are loaded for them. */
export async function dequantizerOf(name: BlockName): Promise<Dequantize> {
  const simple = SIMPLE[name];
  if (simple !== undefined) return simple;
  if (name.startsWith('IQ')) {
    const { gridDequantizer } = await import('./dequantize-grid.js');
    return gridDequantizer(name);
  }
  const { SUPER_BLOCKS } = await import('./dequantize-k.js');
  return SUPER_BLOCKS[name as keyof typeof SUPER_BLOCKS];
}

/** 16 bits, the lower ones first. */
export function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}

/** The same bytes with signs. */
export function signed(bytes: Uint8Array): Int8Array {
  return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
