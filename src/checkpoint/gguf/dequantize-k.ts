/** Super-blocks of 256 elements whose groups have scales of few bits (`dequantize_row_q*_K` of ggml-quants.c). */
import { signed, word, type Dequantize } from './dequantize.js';
import { halves } from './half.js';

const f32 = Math.fround;

const Q2_K: Dequantize = (blocks, numbers) => {
  const half = halves();
  for (let at = 0, to = 0; to < numbers.length; at += 84) {
    const whole = half[word(blocks, at + 80)] as number;
    const wholeLeast = half[word(blocks, at + 82)] as number;
    for (let group = 0; group < 16; group++, to += 16) {
      const packed = blocks[at + group] as number;
      const scale = f32(whole * (packed & 15));
      const least = f32(wholeLeast * (packed >> 4));
      const from = at + 16 + 32 * (group >> 3) + 16 * (group & 1);
      const shift = group & 6;
      for (let i = 0; i < 16; i++)
        numbers[to + i] = f32(scale * (((blocks[from + i] as number) >> shift) & 3)) - least;
    }
  }
};

const Q3_K: Dequantize = (blocks, numbers) => {
  const half = halves();
  for (let at = 0, to = 0; to < numbers.length; at += 110) {
    const whole = half[word(blocks, at + 108)] as number;
    for (let group = 0; group < 16; group++, to += 16) {
      // Low halves of the sixteen scales in eight bytes, then their upper two bits in four.
      const low = ((blocks[at + 96 + (group & 7)] as number) >> (group < 8 ? 0 : 4)) & 15;
      const high = ((blocks[at + 104 + (group & 3)] as number) >> (2 * (group >> 2))) & 3;
      const scale = f32(whole * ((low | (high << 4)) - 32));
      const column = 16 * (group & 1);
      const from = at + 32 + 32 * (group >> 3) + column;
      const mask = at + column;
      const shift = group & 6;
      const bit = group >> 1;
      for (let i = 0; i < 16; i++) {
        const code = ((blocks[from + i] as number) >> shift) & 3;
        const upper = ((blocks[mask + i] as number) >> bit) & 1;
        numbers[to + i] = scale * (code - 4 + 4 * upper);
      }
    }
  }
};

const Q4_K: Dequantize = (blocks, numbers) => {
  const half = halves();
  for (let at = 0, to = 0; to < numbers.length; at += 144) {
    const whole = half[word(blocks, at)] as number;
    const wholeLeast = half[word(blocks, at + 2)] as number;
    for (let group = 0; group < 8; group++, to += 32) {
      const scale = f32(whole * scaleOf(blocks, at + 4, group));
      const least = f32(wholeLeast * leastOf(blocks, at + 4, group));
      const from = at + 16 + 32 * (group >> 1);
      const shift = 4 * (group & 1);
      for (let i = 0; i < 32; i++)
        numbers[to + i] = f32(scale * (((blocks[from + i] as number) >> shift) & 15)) - least;
    }
  }
};

const Q5_K: Dequantize = (blocks, numbers) => {
  const half = halves();
  for (let at = 0, to = 0; to < numbers.length; at += 176) {
    const whole = half[word(blocks, at)] as number;
    const wholeLeast = half[word(blocks, at + 2)] as number;
    for (let group = 0; group < 8; group++, to += 32) {
      const scale = f32(whole * scaleOf(blocks, at + 4, group));
      const least = f32(wholeLeast * leastOf(blocks, at + 4, group));
      const high = at + 16;
      const from = at + 48 + 32 * (group >> 1);
      const shift = 4 * (group & 1);
      for (let i = 0; i < 32; i++) {
        const code = ((blocks[from + i] as number) >> shift) & 15;
        const upper = ((blocks[high + i] as number) >> group) & 1;
        numbers[to + i] = f32(scale * (code + 16 * upper)) - least;
      }
    }
  }
};

const Q6_K: Dequantize = (blocks, numbers) => {
  const half = halves();
  const codes = signed(blocks);
  for (let at = 0, to = 0; to < numbers.length; at += 210) {
    const whole = half[word(blocks, at + 208)] as number;
    for (let group = 0; group < 16; group++, to += 16) {
      const scale = f32(whole * (codes[at + 192 + group] as number));
      const part = group >> 3;
      // Four runs of 32 elements: low and high halves of 64 bytes, with two bits each of 32 others.
      const run = (group >> 1) & 3;
      const column = 16 * (group & 1);
      const from = at + 64 * part + 32 * (run & 1) + column;
      const shift = 4 * (run >> 1);
      const upper = at + 128 + 32 * part + column;
      for (let i = 0; i < 16; i++) {
        const low = ((blocks[from + i] as number) >> shift) & 15;
        const high = ((blocks[upper + i] as number) >> (2 * run)) & 3;
        numbers[to + i] = scale * ((low | (high << 4)) - 32);
      }
    }
  }
};

const Q8_K: Dequantize = (blocks, numbers) => {
  const codes = signed(blocks);
  const view = new DataView(blocks.buffer, blocks.byteOffset, blocks.byteLength);
  for (let at = 0, to = 0; to < numbers.length; at += 292, to += 256) {
    const scale = view.getFloat32(at, true);
    for (let i = 0; i < 256; i++) numbers[to + i] = (codes[at + 4 + i] as number) * scale;
  }
};

/** Scale of a group: six bits, in twelve bytes with the least values of all eight. */
function scaleOf(bytes: Uint8Array, at: number, group: number): number {
  if (group < 4) return (bytes[at + group] as number) & 63;
  return ((bytes[at + 4 + group] as number) & 15) | (((bytes[at + group - 4] as number) >> 6) << 4);
}

function leastOf(bytes: Uint8Array, at: number, group: number): number {
  if (group < 4) return (bytes[at + 4 + group] as number) & 63;
  return ((bytes[at + 4 + group] as number) >> 4) | (((bytes[at + group] as number) >> 6) << 4);
}

export const SUPER_BLOCKS = { Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, Q8_K } as const;
