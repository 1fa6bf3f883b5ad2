/** The alphabet of byte-level BPE: every byte has a printable character (GPT-2's `bytes_to_unicode`). */

/** Character of each byte: printable Latin-1 stands for itself, the others take U+0100 onwards in order. */
export const BYTE_CHARACTERS: readonly string[] = byteCharacters();

function byteCharacters(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
    return String.fromCharCode(printable ? byte : next++);
  });
}
