/** Types whose codes are numbers of points of a grid (`dequantize_row_iq1*`, `iq2*`, `iq3*` of ggml-quants.c). */
import { word, type Dequantize } from './dequantize.js';
import {
  IQ1_GRID,
  IQ2_S_GRID,
  IQ2_XS_GRID,
  IQ2_XXS_GRID,
  IQ3_S_GRID,
  IQ3_XXS_GRID,
  type Grid,
} from './grids.js';
import { halves } from './half.js';
import type { BlockName } from './types.js';

const f32 = Math.fround;

/** IQ1's points are all shifted by so much, to one side or the other. */
const SHIFT = 0.125;

/** The elements of all points of a grid, one after another. */
function pointsOf({ steps, packed }: Grid): Int8Array {
  const bits = steps.length > 4 ? 3 : 2;
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  return Int8Array.from({ length: (8 * bytes.length) / bits }, (_, index) => {
    const at = index * bits;
    const pair = (bytes[at >> 3] as number) | ((bytes[(at >> 3) + 1] ?? 0) << 8);
    return steps[(pair >> (at & 7)) & ((1 << bits) - 1)] ?? 0;
  });
}

/** Signs of eight elements in seven bits: the last makes the number of negative ones even. */
const EVEN_SIGNS = Uint8Array.from({ length: 128 }, (_, bits) => {
  let odd = 0;
  for (let rest = bits; rest > 0; rest >>= 1) odd ^= rest & 1;
  return bits | (odd << 7);
});

/** Writes a point's elements, times a scale, with signs. */
function writePoint(
  numbers: Float32Array,
  to: number,
  points: Int8Array,
  from: number,
  count: number,
  scale: number,
  signs: number,
): void {
  for (let i = 0; i < count; i++) {
    const value = f32(scale * (points[from + i] as number));
    numbers[to + i] = ((signs >> i) & 1) === 1 ? -value : value;
  }
}

function long(bytes: Uint8Array, at: number): number {
  return (word(bytes, at) | (word(bytes, at + 2) << 16)) >>> 0;
}

function iq2xxs(points: Int8Array): Dequantize {
  return (blocks, numbers) => {
    const half = halves();
    for (let at = 0, to = 0; to < numbers.length; at += 66) {
      const whole = half[word(blocks, at)] as number;
      for (let group = 0; group < 8; group++) {
        const from = at + 2 + 8 * group;
        const packed = long(blocks, from + 4);
        const scale = f32(f32(whole * (0.5 + (packed >>> 28))) * 0.25);
        for (let point = 0; point < 4; point++, to += 8) {
          const signs = EVEN_SIGNS[(packed >>> (7 * point)) & 127] as number;
          writePoint(numbers, to, points, 8 * (blocks[from + point] as number), 8, scale, signs);
        }
      }
    }
  };
}

/** Scales of the two halves of a group of 32, four bits each. */
function halfScale(whole: number, packed: number, point: number): number {
  const code = point < 2 ? packed & 15 : packed >> 4;
  return f32(f32(whole * (0.5 + code)) * 0.25);
}

function iq2xs(points: Int8Array): Dequantize {
  return (blocks, numbers) => {
    const half = halves();
    for (let at = 0, to = 0; to < numbers.length; at += 74) {
      const whole = half[word(blocks, at)] as number;
      for (let group = 0; group < 8; group++) {
        const packed = blocks[at + 66 + group] as number;
        for (let point = 0; point < 4; point++, to += 8) {
          const code = word(blocks, at + 2 + 8 * group + 2 * point);
          const scale = halfScale(whole, packed, point);
          writePoint(numbers, to, points, 8 * (code & 511), 8, scale, EVEN_SIGNS[code >> 9] as number);
        }
      }
    }
  };
}

function iq2s(points: Int8Array): Dequantize {
  return (blocks, numbers) => {
    const half = halves();
    for (let at = 0, to = 0; to < numbers.length; at += 82) {
      const whole = half[word(blocks, at)] as number;
      for (let group = 0; group < 8; group++) {
        const high = blocks[at + 66 + group] as number;
        const packed = blocks[at + 74 + group] as number;
        for (let point = 0; point < 4; point++, to += 8) {
          const place = at + 2 + 4 * group + point;
          const code = (blocks[place] as number) | ((high << (8 - 2 * point)) & 0x300);
          const scale = halfScale(whole, packed, point);
          writePoint(numbers, to, points, 8 * code, 8, scale, blocks[place + 32] as number);
        }
      }
    }
  };
}

function iq3xxs(points: Int8Array): Dequantize {
  return (blocks, numbers) => {
    const half = halves();
    for (let at = 0, to = 0; to < numbers.length; at += 98) {
      const whole = half[word(blocks, at)] as number;
      for (let group = 0; group < 8; group++) {
        const packed = long(blocks, at + 66 + 4 * group);
        const scale = f32(f32(whole * (0.5 + (packed >>> 28))) * 0.5);
        for (let point = 0; point < 4; point++, to += 8) {
          const signs = EVEN_SIGNS[(packed >>> (7 * point)) & 127] as number;
          const place = at + 2 + 8 * group + 2 * point;
          writePoint(numbers, to, points, 4 * (blocks[place] as number), 4, scale, signs);
          writePoint(numbers, to + 4, points, 4 * (blocks[place + 1] as number), 4, scale, signs >> 4);
        }
      }
    }
  };
}

function iq3s(points: Int8Array): Dequantize {
  return (blocks, numbers) => {
    const half = halves();
    for (let at = 0, to = 0; to < numbers.length; at += 110) {
      const whole = half[word(blocks, at)] as number;
      for (let group = 0; group < 8; group++) {
        const packed = blocks[at + 106 + (group >> 1)] as number;
        const scale = f32(whole * (1 + 2 * ((packed >> (4 * (group & 1))) & 15)));
        const high = blocks[at + 66 + group] as number;
        for (let point = 0; point < 4; point++, to += 8) {
          const place = at + 2 + 8 * group + 2 * point;
          const signs = blocks[at + 74 + 4 * group + point] as number;
          const first = (blocks[place] as number) | ((high << (8 - 2 * point)) & 256);
          const second = (blocks[place + 1] as number) | ((high << (7 - 2 * point)) & 256);
          writePoint(numbers, to, points, 4 * first, 4, scale, signs);
          writePoint(numbers, to + 4, points, 4 * second, 4, scale, signs >> 4);
        }
      }
    }
  };
}

/** Writes a point of IQ1, whose elements have their own signs. */
function writeShifted(
  numbers: Float32Array,
  to: number,
  points: Int8Array,
  code: number,
  scale: number,
  shift: number,
): void {
  for (let i = 0; i < 8; i++) numbers[to + i] = scale * ((points[8 * code + i] as number) + shift);
}

function iq1s(points: Int8Array): Dequantize {
  return (blocks, numbers) => {
    const half = halves();
    for (let at = 0, to = 0; to < numbers.length; at += 50) {
      const whole = half[word(blocks, at)] as number;
      for (let group = 0; group < 8; group++) {
        const high = word(blocks, at + 34 + 2 * group);
        const scale = f32(whole * (2 * ((high >> 12) & 7) + 1));
        const shift = (high & 0x8000) !== 0 ? -SHIFT : SHIFT;
        for (let point = 0; point < 4; point++, to += 8) {
          const code = (blocks[at + 2 + 4 * group + point] as number) | (((high >> (3 * point)) & 7) << 8);
          writeShifted(numbers, to, points, code, scale, shift);
        }
      }
    }
  };
}

function iq1m(points: Int8Array): Dequantize {
  return (blocks, numbers) => {
    const half = halves();
    for (let at = 0, to = 0; to < numbers.length; at += 56) {
      const scales = at + 48;
      // The scale of all is in the upper four bits of four words.
      const bits =
        (word(blocks, scales) >> 12) |
        ((word(blocks, scales + 2) >> 8) & 0x00f0) |
        ((word(blocks, scales + 4) >> 4) & 0x0f00) |
        (word(blocks, scales + 6) & 0xf000);
      const whole = half[bits] as number;
      for (let group = 0; group < 8; group++) {
        const packed = word(blocks, scales + 2 * (group >> 1)) >> (6 * (group & 1));
        for (let point = 0; point < 4; point++, to += 8) {
          const scale = f32(whole * (2 * ((packed >> (point < 2 ? 0 : 3)) & 7) + 1));
          const high = (blocks[at + 32 + 2 * group + (point >> 1)] as number) >> (4 * (point & 1));
          const code = (blocks[at + 4 * group + point] as number) | ((high & 7) << 8);
          writeShifted(numbers, to, points, code, scale, (high & 8) !== 0 ? -SHIFT : SHIFT);
        }
      }
    }
  };
}

const MAKERS: Partial<Readonly<Record<BlockName, readonly [Grid, (points: Int8Array) => Dequantize]>>> = {
  IQ2_XXS: [IQ2_XXS_GRID, iq2xxs],
  IQ2_XS: [IQ2_XS_GRID, iq2xs],
  IQ2_S: [IQ2_S_GRID, iq2s],
  IQ3_XXS: [IQ3_XXS_GRID, iq3xxs],
  IQ3_S: [IQ3_S_GRID, iq3s],
  IQ1_S: [IQ1_GRID, iq1s],
  IQ1_M: [IQ1_GRID, iq1m],
};

/** How blocks of a type with a grid become numbers. @throws RangeError for a type without */
export function gridDequantizer(name: BlockName): Dequantize {
  const maker = MAKERS[name];
  if (maker === undefined) throw new RangeError(`${name} has no grid.`);
  const [grid, make] = maker;
  return make(pointsOf(grid));
}
