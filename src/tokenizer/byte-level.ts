/** Tokens of byte-level BPE as bytes. */
import { BYTE_CHARACTERS } from '../input/byte-alphabet.js';

export { BYTE_CHARACTERS };

/** By code unit; all of the characters have one. */
const CHARACTER_BYTES: readonly (number | undefined)[] = byteByCode();

function byteByCode(): (number | undefined)[] {
  const bytes: (number | undefined)[] = [];
  BYTE_CHARACTERS.forEach((character, byte) => (bytes[character.charCodeAt(0)] = byte));
  return bytes;
}

/** Bytes that a token's characters stand for, `null` when one of them stands for none. */
export function bytesOfToken(text: string): Uint8Array | null {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const byte = CHARACTER_BYTES[text.charCodeAt(i)];
    if (byte === undefined) return null;
    bytes[i] = byte;
  }
  return bytes;
}
