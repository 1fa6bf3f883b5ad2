/** How a text comes out in the tokens of two tokenizers, one of which has fewer. */
import type { TextLength } from '../quantize/vocabulary-report.js';
import { piecesOf } from '../shared/stories.js';
import type { DeviceTokenizer } from '../tokenizer/index.js';

/** Characters that are counted; more of the same text says no more. */
const MOST_CHARACTERS = 1 << 20;

/** Characters given to a tokenizer at once. */
const ENCODE_CHARACTERS = 64 * 1024;

const EXAMPLES = 8;

/** Counts. @param stories texts of their own */
export function textLength(
  stories: readonly string[],
  large: DeviceTokenizer,
  small: DeviceTokenizer,
): Omit<TextLength, 'text'> {
  const chunks = new Map<string, number>();
  let characters = 0;
  let tokensBefore = 0;
  let tokensAfter = 0;
  for (const story of stories) {
    const text = story.slice(0, Math.max(0, MOST_CHARACTERS - characters));
    characters += text.length;
    for (const [index, piece] of piecesOf(text, ENCODE_CHARACTERS).entries()) {
      const options = { addSpecial: false, continues: index > 0 };
      tokensBefore += large.encode(piece, options).length;
      tokensAfter += small.encode(piece, options).length;
    }
    for (const chunk of text.match(/ ?\S+/gu) ?? []) chunks.set(chunk, (chunks.get(chunk) ?? 0) + 1);
  }
  const lengths = (text: string): readonly [number, number[]] => {
    const options = { addSpecial: false, continues: true };
    return [large.encode(text, options).length, small.encode(text, options)];
  };
  const found = new Map<string, { word: string; count: number; more: number; after: number[] }>();
  let words = 0;
  for (const [chunk, count] of chunks) {
    const inside = wordsOf(chunk);
    words += count * inside.length;
    // Words may share tokens with what stands around them, so they are only looked at alone where something came apart.
    const [whole, cut] = lengths(chunk);
    if (cut.length <= whole) continue;
    for (const word of inside) {
      const [alone, pieces] = lengths(word);
      const more = pieces.length - alone;
      const before = found.get(word)?.count ?? 0;
      if (more > 0) found.set(word, { word: word.trim(), count: before + count, more, after: pieces });
    }
  }
  const apart = [...found.values()];
  apart.sort((a, b) => b.count * b.more - a.count * a.more || (a.word < b.word ? -1 : 1));
  return {
    characters,
    tokensBefore,
    tokensAfter,
    words,
    apart: apart.reduce((sum, { count }) => sum + count, 0),
    examples: apart.slice(0, EXAMPLES).map(({ word, count, after }) => ({
      word,
      count,
      pieces: after.map((id) => small.decode([id]).trim()),
    })),
  };
}

/** The words of a piece of text between spaces, the first with the space before it, as tokenizers have it. */
function wordsOf(chunk: string): string[] {
  // Not all browsers have it; without it, what stands between spaces is a word.
  if (typeof Intl.Segmenter !== 'function') return [chunk];
  const segments = [...new Intl.Segmenter('en', { granularity: 'word' }).segment(chunk)];
  return segments
    .filter(({ isWordLike }) => isWordLike === true)
    .map(({ segment, index }) => (index === 1 && chunk.startsWith(' ') ? ` ${segment}` : segment));
}
