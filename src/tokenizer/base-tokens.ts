/** Tokens that any text may need, as vocabularies spell them. */
import { BYTE_CHARACTERS } from './byte-level.js';

/** What stands for a space in vocabularies of SentencePiece. */
export const SPACE_MARK = '▁';

/** The printable characters of ASCII. */
export const ASCII: readonly string[] = Array.from({ length: 0x7f - 0x20 }, (_, i) =>
  String.fromCharCode(0x20 + i),
);

/** The tokens of bytes that characters without a token become. */
export const BYTE_NAMES: readonly string[] = BYTE_CHARACTERS.map(
  (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
);

/** Whether a text is one character. */
export function isSingle(text: string): boolean {
  const point = text.codePointAt(0);
  return point !== undefined && String.fromCodePoint(point).length === text.length;
}
