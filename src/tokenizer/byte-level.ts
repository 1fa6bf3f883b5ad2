/** Tokens of byte-level BPE as bytes. */
import { BYTE_CHARACTERS } from '../input/byte-alphabet.js';

export { BYTE_CHARACTERS };

const CHARACTER_BYTES = new Map(BYTE_CHARACTERS.map((character, byte) => [character, byte]));

/** Bytes that a token's characters stand for, `null` when one of them stands for none. */
export function bytesOfToken(text: string): Uint8Array | null {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const byte = CHARACTER_BYTES.get(text[i] as string);
    if (byte === undefined) return null;
    bytes[i] = byte;
  }
  return bytes;
}
