/** The alphabet of byte-level BPE: every byte has a printable character (GPT-2's `bytes_to_unicode`). */

/** Character of each byte: printable Latin-1 stands for itself, the others take U+0100 onwards in order. */
export const BYTE_CHARACTERS: readonly string[] = byteCharacters();

const CHARACTER_BYTES = new Map(BYTE_CHARACTERS.map((character, byte) => [character, byte]));

function byteCharacters(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
    return String.fromCharCode(printable ? byte : next++);
  });
}

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
