/** Bytes of a text that a person or a program wrote, as characters: UTF-8, with a byte order mark or without. */
import { FormatError } from '../shared/errors.js';

/** Byte order marks of other encodings; those of UTF-32 begin like those of UTF-16, or with zeros. */
const MARKS: readonly (readonly [string, readonly number[]])[] = [
  ['UTF-32', [0xff, 0xfe, 0, 0]],
  ['UTF-32', [0, 0, 0xfe, 0xff]],
  ['UTF-16', [0xff, 0xfe]],
  ['UTF-16', [0xfe, 0xff]],
];

/** Bytes looked at for the zeros that UTF-16 without a mark has beside every Latin letter. */
const SEEN_BYTES = 1024;

/**
 * The text of a file; a byte order mark is dropped.
 * @param file what the message names
 * @throws FormatError naming the encoding, where it is another one
 */
export function decodeText(bytes: Uint8Array, file: string): string {
  const other = otherEncoding(bytes);
  if (other === null) {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      // Said below.
    }
  }
  throw new FormatError(`The file is ${other ?? 'in another encoding, or no text at all'}, not UTF-8 text.`, {
    file,
    remedy: 'Save it as UTF-8 in a text editor, or get the original file again.',
    code: 'broken-file',
  });
}

/** What a text is in, where it is plainly not UTF-8. */
function otherEncoding(bytes: Uint8Array): string | null {
  const marked = MARKS.find(([, mark]) => mark.every((byte, index) => bytes[index] === byte));
  if (marked !== undefined) return marked[0];
  const seen = bytes.subarray(0, SEEN_BYTES);
  const zeros = seen.filter((byte) => byte === 0).length;
  // Text has no zeros; UTF-16 has one in almost every pair.
  return zeros === 0 ? null : zeros * 3 >= seen.length ? 'UTF-16' : 'binary';
}
