/**
 * What SHA-256 and MD5 share: blocks of 64 bytes that are mixed into a state one after the other, and behind the last byte a
 * set bit, zeros, and the length in bits.
 */

/** A digest that is fed piece by piece. */
export interface RunningDigest {
  update(bytes: Uint8Array): void;
  /** The digest of everything so far; ends the computation. */
  finish(): Uint8Array;
}

/** What differs. */
export interface BlockMixing {
  readonly begin: readonly number[];
  /** Mixes the 64 bytes at `at` into the state. */
  readonly mix: (state: Uint32Array, bytes: DataView, at: number) => void;
  readonly littleEndian: boolean;
}

const BLOCK_BYTES = 64;

/** A step is 32 bits wide. */
const WORD_BYTES = 4;
const WORD = 2 ** 32;

export function startDigest({ begin, mix, littleEndian }: BlockMixing): RunningDigest {
  const state = Uint32Array.from(begin);
  const block = new Uint8Array(BLOCK_BYTES);
  let length = 0;
  const update = (bytes: Uint8Array): void => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at < bytes.length;) {
      const filled = length % BLOCK_BYTES;
      const taken = Math.min(BLOCK_BYTES - filled, bytes.length - at);
      if (taken === BLOCK_BYTES) mix(state, view, at);
      else {
        block.set(bytes.subarray(at, at + taken), filled);
        if (filled + taken === BLOCK_BYTES) mix(state, new DataView(block.buffer), 0);
      }
      length += taken;
      at += taken;
    }
  };
  const finish = (): Uint8Array => {
    const bits = length * 8;
    // The length takes the last 8 bytes of a block.
    const zeros = (2 * BLOCK_BYTES - 9 - (length % BLOCK_BYTES)) % BLOCK_BYTES;
    const end = new Uint8Array(1 + zeros + 2 * WORD_BYTES);
    const view = new DataView(end.buffer, 1 + zeros);
    end[0] = 0x80;
    view.setUint32(littleEndian ? 0 : WORD_BYTES, bits % WORD, littleEndian);
    view.setUint32(littleEndian ? WORD_BYTES : 0, bits / WORD, littleEndian);
    update(end);
    const digest = new DataView(new ArrayBuffer(WORD_BYTES * state.length));
    state.forEach((word, index) => {
      digest.setUint32(WORD_BYTES * index, word, littleEndian);
    });
    return new Uint8Array(digest.buffer);
  };
  return { update, finish };
}
