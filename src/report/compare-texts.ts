/** Where two texts part, for showing them side by side. */
import type { TextPair } from '../quantize/report.js';

/** Two texts as what they share at the start and what each goes on with. */
export interface Comparison {
  readonly common: string;
  readonly before: string;
  readonly after: string;
  /** Neither text goes on differently and no id differs. */
  readonly same: boolean;
}

/** Splits both texts at their first difference, never inside a character. */
export function compareTexts(pair: Pick<TextPair, 'before' | 'after' | 'firstDifference'>): Comparison {
  const before = Array.from(pair.before);
  const after = Array.from(pair.after);
  const length = Math.min(before.length, after.length);
  let shared = 0;
  while (shared < length && before[shared] === after[shared]) shared++;
  return {
    common: before.slice(0, shared).join(''),
    before: before.slice(shared).join(''),
    after: after.slice(shared).join(''),
    same: shared === before.length && shared === after.length && pair.firstDifference === null,
  };
}
