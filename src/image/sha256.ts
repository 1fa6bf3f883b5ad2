/** SHA-256 (FIPS 180-4). */
import type { BlockMixing } from './block-digest.js';

/** The first 32 bits behind the point of the cube roots of the first 64 primes. */
// prettier-ignore
const ROUNDS = Int32Array.of(
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
);

const SCHEDULE = new Int32Array(ROUNDS.length);

const turned = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits));

export const SHA256: BlockMixing = {
  // Of the square roots of the first 8 primes.
  // prettier-ignore
  begin: [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  ],
  littleEndian: false,
  mix(state, bytes, at) {
    const w = SCHEDULE;
    for (let i = 0; i < 16; i += 1) w[i] = bytes.getInt32(at + 4 * i);
    for (let i = 16; i < w.length; i += 1) {
      const early = w[i - 15] ?? 0;
      const late = w[i - 2] ?? 0;
      const ofEarly = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3);
      const ofLate = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10);
      w[i] = (w[i - 16] ?? 0) + ofEarly + (w[i - 7] ?? 0) + ofLate;
    }
    let a = state[0] ?? 0;
    let b = state[1] ?? 0;
    let c = state[2] ?? 0;
    let d = state[3] ?? 0;
    let e = state[4] ?? 0;
    let f = state[5] ?? 0;
    let g = state[6] ?? 0;
    let h = state[7] ?? 0;
    for (let i = 0; i < w.length; i += 1) {
      const chosen = (e & f) ^ (~e & g);
      const most = (a & b) ^ (a & c) ^ (b & c);
      const ofE = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
      const ofA = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
      const sum = (h + ofE + chosen + (ROUNDS[i] ?? 0) + (w[i] ?? 0)) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + sum) | 0;
      d = c;
      c = b;
      b = a;
      a = (sum + ofA + most) | 0;
    }
    const mixed = [a, b, c, d, e, f, g, h];
    for (let i = 0; i < mixed.length; i += 1) state[i] = (state[i] ?? 0) + (mixed[i] ?? 0);
  },
};
