/** What rows are called, and what is said of them. */
import { BOARDS } from '../../plan/boards.js';
import { CACHE_LABELS, groupSize, weightsLabel, type Scheme } from '../../plan/scheme.js';
import { planPace } from '../../plan/words.js';
import { DEFAULT_EFFORT } from '../../quantize/effort.js';
import type { ConversionsStrings } from '../strings/conversions.js';
import type { Strings } from '../strings/strings.js';
import type { Row } from './kept-rows.js';
import type { RowFacts } from './row.js';

/** Words of the page and of this part. */
export interface RowWords {
  readonly words: ConversionsStrings;
  readonly strings: Strings;
}

/**
 * A few words for each row: a person's name for it, or what its weights are, with as much of the rest as tells it from others.
 * @returns by the rows' ids
 */
export function namesOf(rows: readonly Row[], { words }: RowWords): ReadonlyMap<number, string> {
  const parts: readonly ((facts: RowFacts) => string)[] = [
    ({ scheme }) => weightsName(scheme, words),
    ({ scheme }) => words.activations[scheme.activations],
    ({ scheme }) => CACHE_LABELS[scheme.cache],
    ({ settings }) => words.effort[settings?.effort ?? DEFAULT_EFFORT],
    ({ board }) => boardName(board),
    ({ context, model }) => `${model.name}, ${context}`,
  ];
  let names = new Map(rows.map(({ id, facts }) => [id, facts.label === '' ? '' : facts.label]));
  for (const part of parts) {
    const count = new Map<string, number>();
    for (const name of names.values()) count.set(name, (count.get(name) ?? 0) + 1);
    const wordsOf = new Map(rows.map(({ id, facts }) => [id, part(facts)]));
    names = new Map(
      rows.map(({ id }) => {
        const name = names.get(id) ?? '';
        const alike = rows.filter((other) => names.get(other.id) === name);
        // A word that all of them share tells nothing.
        const tells = name === '' || new Set(alike.map((other) => wordsOf.get(other.id))).size > 1;
        const isClear = name !== '' && (count.get(name) ?? 0) < 2;
        if (isClear || !tells) return [id, name];
        return [id, name === '' ? (wordsOf.get(id) ?? '') : `${name}, ${wordsOf.get(id) ?? ''}`];
      }),
    );
  }
  return names;
}

function weightsName(scheme: Scheme, { granularities }: ConversionsStrings): string {
  const group = groupSize(scheme.granularity);
  const weights = weightsLabel(scheme);
  return group > 0
    ? `${weights}/${group}`
    : `${weights} ${granularities[scheme.granularity as keyof typeof granularities]}`;
}

/** Without what the list of boards says of its memories. */
export function boardName(id: string): string {
  const name = BOARDS.find((board) => board.id === id)?.name ?? id;
  return name.split(' (')[0] ?? name;
}

/** All of the scheme, and the effort where it was more than usual. */
export function longName({ scheme, settings }: RowFacts, { words, strings }: RowWords): string {
  const effort = settings?.effort ?? DEFAULT_EFFORT;
  const text = strings.report.scheme(scheme);
  return effort === DEFAULT_EFFORT ? text : `${text} · ${words.withEffort(words.effort[effort])}`;
}

/** The point of a chart in words. */
export function pointText(name: string, facts: RowFacts, { words, strings }: RowWords): string {
  const { format, plan } = strings.report;
  const text = words.point(
    name,
    format.bytes(facts.bytes),
    format.withError(facts.kl, facts.klError),
    planPace(facts, plan),
  );
  return facts.fits ? text : `${text}, ${words.fitsNot}`;
}
