/** MD5 (RFC 1321), the digest that the chip's loaders compute over flash. Finds damage, keeps nobody out. */
import type { BlockMixing } from './block-digest.js';

const ROUNDS = Int32Array.from({ length: 64 }, (_, i) => (Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0);

/** Bits to turn by, of each four rounds in turn. */
const TURNS = Uint8Array.of(7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21);

export const MD5: BlockMixing = {
  begin: [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476],
  littleEndian: true,
  mix(state, bytes, at) {
    let a = state[0] ?? 0;
    let b = state[1] ?? 0;
    let c = state[2] ?? 0;
    let d = state[3] ?? 0;
    for (let i = 0; i < ROUNDS.length; i += 1) {
      const quarter = i >> 4;
      let mixed = c ^ (b | ~d);
      let word = 7 * i;
      if (quarter === 0) {
        mixed = (b & c) | (~b & d);
        word = i;
      } else if (quarter === 1) {
        mixed = (d & b) | (~d & c);
        word = 5 * i + 1;
      } else if (quarter === 2) {
        mixed = b ^ c ^ d;
        word = 3 * i + 5;
      }
      const sum = (a + mixed + (ROUNDS[i] ?? 0) + bytes.getInt32(at + 4 * (word & 15), true)) | 0;
      const turn = TURNS[4 * quarter + (i & 3)] ?? 0;
      a = d;
      d = c;
      c = b;
      b = (b + ((sum << turn) | (sum >>> (32 - turn)))) | 0;
    }
    const mixed = [a, b, c, d];
    for (let i = 0; i < mixed.length; i += 1) state[i] = (state[i] ?? 0) + (mixed[i] ?? 0);
  },
};
