/** Two texts word by word: what both have, what one left out, what it put in. */

/** A run of words; spaces go with the word before them. */
export interface WordRun {
  readonly kind: 'same' | 'deleted' | 'inserted';
  readonly text: string;
}

/** Where two texts part. */
export interface Parting {
  /** Number of the word from 1, in the first text. */
  readonly word: number;
  /** The word that each goes on with, empty where it ends. */
  readonly before: string;
  readonly after: string;
}

/** One after the other they are the second text with what it lacks of the first. */
export interface WordDifferences {
  readonly runs: readonly WordRun[];
  /** `null` for texts that are the same. */
  readonly parting: Parting | null;
}

/** A character of a script without spaces, a word, or a mark; each with the space behind it. */
const WORD =
  /(?:[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{M}\p{N}_'’]+?(?=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[^\p{L}\p{M}\p{N}_'’]|$)|[^])\s*/gu;

/** Pairs of words that are looked at; what is longer between its common ends is taken to differ in all. */
const MOST_PAIRS = 1_000_000;

/** Compares `after` with `before`. */
export function wordDifferences(before: string, after: string): WordDifferences {
  const a = wordsOf(before);
  const b = wordsOf(after);
  const most = Math.min(a.length, b.length);
  let start = 0;
  while (start < most && isSame(a[start], b[start])) start++;
  if (start === a.length && start === b.length) {
    return { runs: after === '' ? [] : [{ kind: 'same', text: after }], parting: null };
  }
  let end = 0;
  while (end < most - start && isSame(a[a.length - 1 - end], b[b.length - 1 - end])) end++;
  const runs: WordRun[] = [];
  const put = (kind: WordRun['kind'], text: string): void => {
    const last = runs.at(-1);
    if (last?.kind === kind) runs[runs.length - 1] = { kind, text: last.text + text };
    else if (text !== '') runs.push({ kind, text });
  };
  put('same', b.slice(0, start).join(''));
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  for (const [kind, text] of middle(left, right)) put(kind, text);
  put('same', b.slice(b.length - end).join(''));
  return {
    runs,
    parting: { word: start + 1, before: (a[start] ?? '').trim(), after: (b[start] ?? '').trim() },
  };
}

function wordsOf(text: string): string[] {
  // Spaces at the beginning belong to no word.
  return text.match(WORD) ?? [];
}

/** Spaces are not what anybody looks for. */
function isSame(a: string | undefined, b: string | undefined): boolean {
  return a?.trim() === b?.trim();
}

/** The longest common run of words, by the usual table from the end. */
function middle(a: readonly string[], b: readonly string[]): (readonly [WordRun['kind'], string])[] {
  const all = (kind: WordRun['kind'], words: readonly string[]): (readonly [WordRun['kind'], string])[] =>
    words.map((word) => [kind, word] as const);
  if (a.length * b.length > MOST_PAIRS) return [...all('deleted', a), ...all('inserted', b)];
  const width = b.length + 1;
  const longest = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i * width + j] = isSame(a[i], b[j])
        ? (longest[(i + 1) * width + j + 1] ?? 0) + 1
        : Math.max(longest[(i + 1) * width + j] ?? 0, longest[i * width + j + 1] ?? 0);
    }
  }
  const found: (readonly [WordRun['kind'], string])[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (isSame(a[i], b[j])) {
      found.push(['same', b[j] ?? '']);
      i++;
      j++;
    } else if ((longest[(i + 1) * width + j] ?? 0) >= (longest[i * width + j + 1] ?? 0)) {
      found.push(['deleted', a[i++] ?? '']);
    } else {
      found.push(['inserted', b[j++] ?? '']);
    }
  }
  return [...found, ...all('deleted', a.slice(i)), ...all('inserted', b.slice(j))];
}
