/** Where two texts part, for showing them side by side. */
import type { TextPair } from '../quantize/report.js';

/** Two texts as what they share at the start and what each goes on with; one that would go on ends with an ellipsis. */
export interface Comparison {
  readonly common: string;
  readonly before: string;
  readonly after: string;
  /** Neither text goes on differently and no id differs. */
  readonly same: boolean;
}

/** Splits both texts at their first difference, never inside a character. */
export function compareTexts(
  pair: Pick<TextPair, 'before' | 'after' | 'firstDifference' | 'isCut'>,
): Comparison {
  const before = Array.from(pair.before);
  const after = Array.from(pair.after);
  const length = Math.min(before.length, after.length);
  let shared = 0;
  while (shared < length && before[shared] === after[shared]) shared++;
  const same = shared === before.length && shared === after.length && pair.firstDifference === null;
  const common = before.slice(0, shared).join('');
  return same
    ? { common: ended(common, pair.isCut.after), before: '', after: '', same }
    : {
        common,
        before: ended(before.slice(shared).join(''), pair.isCut.before),
        after: ended(after.slice(shared).join(''), pair.isCut.after),
        same,
      };
}

/** A text as it is shown: one that would go on says so. */
export function ended(text: string, isCut: boolean): string {
  return isCut ? `${text}…` : text;
}
