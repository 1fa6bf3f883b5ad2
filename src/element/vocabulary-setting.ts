/** The cut of the vocabulary among the settings. */
import type { VocabularyCut } from '../edit/vocabulary-cut.js';
import type { Settings } from './state.js';

/** The cut that is set, `null` for none. */
export function cutOf({ edits = [] }: Settings): VocabularyCut | null {
  return edits.find(({ kind }) => kind === 'vocabulary') ?? null;
}

/** The settings with another cut. */
export function withCut(cut: Omit<VocabularyCut, 'kind'> | null): Partial<Settings> {
  return { edits: cut === null ? [] : [{ kind: 'vocabulary', ...cut }], encodings: undefined };
}
