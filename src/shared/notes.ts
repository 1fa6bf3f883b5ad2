/**
 * What was assumed, left out or done otherwise while a model was read: facts that every language puts into words. Each room
 * declares those that it makes in its `notes.ts`, with their English; here is what they have in common.
 */

/** The notes of a table of facts by code. */
export type NoteOf<Facts> = {
  readonly [Code in keyof Facts]: { readonly code: Code } & Facts[Code];
}[keyof Facts];

/** A sentence or two for each note of such a table. */
export type WordsFor<Facts> = { readonly [Code in keyof Facts]: (facts: Facts[Code]) => string };

/** One note in words. */
export function sayNote<Facts>(note: NoteOf<NoInfer<Facts>>, words: WordsFor<Facts>): string {
  const { code } = note as { readonly code: keyof Facts };
  const say = words[code] as (facts: unknown) => string;
  return say(note);
}
