/**
 * Which tokens a cut keeps. A token saves as many others as there are merges that end in it, and it is part of at least as
 * many as any token that is made of it; so those that save most are, taken in this order, whole with all that they are made of.
 */
import { UsageError } from '../shared/errors.js';
import type { Vocabulary } from '../tokenizer/index.js';

export interface TokenChoice {
  readonly vocabulary: Vocabulary;
  /** Ids that stay whatever their use. */
  readonly fixed: readonly number[];
  /** Whether the model has a row for a token. */
  readonly isUsable: (id: number) => boolean;
  /** How often the text uses each token; empty without a text. */
  readonly counts: ReadonlyMap<number, number>;
  /** Most tokens; `null` for as many as the text uses. */
  readonly most: number | null;
  /** What the text leaves of them is filled with the most usual tokens. */
  readonly fills: boolean;
}

/**
 * The ids that stay.
 * @throws UsageError when what must stay is more than may
 */
export function chooseTokens({
  vocabulary,
  fixed,
  isUsable,
  counts,
  most,
  fills,
}: TokenChoice): ReadonlySet<number> {
  const kept = new Set<number>();
  const missing = (id: number): number[] => {
    const parts = vocabulary.madeOf(id);
    return parts.length > 0 && parts.every(isUsable)
      ? [...new Set(parts)].filter((part) => !kept.has(part))
      : [];
  };
  for (const id of [...vocabulary.needed, ...fixed]) {
    if (!isUsable(id)) continue;
    kept.add(id);
    for (const part of missing(id)) kept.add(part);
  }
  if (most !== null && kept.size > most) {
    throw new UsageError(
      `A vocabulary of ${most} tokens is too small: ${kept.size} must stay, which are its bytes or characters, the special and added tokens, and what chats are written with. Give ${kept.size} or more.`,
    );
  }
  const add = (id: number): void => {
    const parts = missing(id);
    if (most === null || kept.size + parts.length <= most) for (const part of parts) kept.add(part);
  };
  for (const id of bySavings(vocabulary, counts)) add(id);
  if (!fills) return kept;
  // A character without bytes to fall back on is lost with its token, but words are worth more than rare characters.
  const { characters, hasBytes, usual } = vocabulary;
  const room = ((most ?? Infinity) - kept.size) / 2;
  for (const id of hasBytes ? [] : characters.slice(0, room)) add(id);
  for (const id of usual) add(id);
  for (const id of characters) add(id);
  return kept;
}

/** All that the tokens of a text are made of, that which saves most first. */
function bySavings(vocabulary: Vocabulary, counts: ReadonlyMap<number, number>): number[] {
  const saved = new Map<number, number>();
  for (const [id, count] of counts)
    for (const part of vocabulary.madeOf(id)) saved.set(part, (saved.get(part) ?? 0) + count);
  const size = (id: number): number => vocabulary.madeOf(id).length;
  return [...saved].sort(([a, x], [b, y]) => y - x || size(a) - size(b) || a - b).map(([id]) => id);
}
