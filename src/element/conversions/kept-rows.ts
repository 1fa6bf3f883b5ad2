/** The conversions of a session, newest last: figures of all, packages as far as there is room for them. */
import type { ConvertResult } from '../../worker/jobs.js';
import type { Choice } from '../state.js';
import { factsOf, rowKey, type RowFacts } from './row.js';

export interface Row {
  /** Of this session. */
  readonly id: number;
  readonly facts: RowFacts;
  /** What it takes to convert it again, `null` for one of an earlier session. */
  readonly choice: Choice | null;
  /** Everything there is of it; `null` where only figures were measured, where it gave way, and after a reload. */
  readonly result: ConvertResult | null;
  /** Its package was here and gave way to later ones. */
  readonly isDropped: boolean;
}

/** Rows that a person looks through; older ones go. */
export const MOST_ROWS = 40;

/**
 * Bytes of packages that are kept besides the one on show: eight of the largest that a board with 8 MB takes, and some sixty
 * of home-commands.
 */
export const MOST_PACKAGE_BYTES = 64 * 1024 * 1024;

export class KeptRows {
  #rows: readonly Row[] = [];
  #lastId = 0;

  get all(): readonly Row[] {
    return this.#rows;
  }

  find(id: number): Row | undefined {
    return this.#rows.find((row) => row.id === id);
  }

  /** The row of a result. */
  of(result: ConvertResult): Row | undefined {
    return this.#rows.find((row) => row.result === result);
  }

  /** Rows of an earlier session, before those of this one; those that have been measured since are left out. */
  restore(facts: readonly RowFacts[]): void {
    const known = new Set(this.#rows.map((row) => rowKey(row.facts)));
    const earlier = facts
      .filter((one) => !known.has(rowKey(one)))
      .map((one): Row => ({ id: ++this.#lastId, facts: one, choice: null, result: null, isDropped: false }));
    this.#rows = [...earlier, ...this.#rows].slice(-MOST_ROWS);
  }

  /** A conversion ended. It takes the place of an earlier one with the same settings, whose name it keeps. */
  convertedTo(choice: Choice, result: ConvertResult): Row {
    const known = this.of(result);
    return known ?? this.#put(factsOf(choice, result), choice, result);
  }

  /** Figures were measured without a conversion to be kept; one that there is says more, and stays. */
  measured(facts: RowFacts, choice: Choice): Row {
    const key = rowKey(facts);
    const known = this.#rows.find((row) => rowKey(row.facts) === key);
    return known === undefined || known.facts.verdict === null ? this.#put(facts, choice, null) : known;
  }

  /** @param label what a person calls it; empty for nothing */
  rename(id: number, label: string): void {
    this.#change(id, (row) => ({ ...row, facts: { ...row.facts, label } }));
  }

  remove(id: number): void {
    this.#rows = this.#rows.filter((row) => row.id !== id);
  }

  /** The result on show is used again: packages that have not been looked at for longer go first. */
  touch(result: ConvertResult): void {
    const row = this.of(result);
    if (row === undefined) return;
    this.#uses.set(row.id, ++this.#lastUse);
    this.#dropOld(row.id);
  }

  readonly #uses = new Map<number, number>();
  #lastUse = 0;

  #put(facts: RowFacts, choice: Choice, result: ConvertResult | null): Row {
    const key = rowKey(facts);
    const before = this.#rows.find((row) => rowKey(row.facts) === key);
    const id = before?.id ?? ++this.#lastId;
    const label = before?.facts.label ?? '';
    const row: Row = { id, facts: { ...facts, label }, choice, result, isDropped: false };
    this.#rows =
      before === undefined
        ? [...this.#rows, row].slice(-MOST_ROWS)
        : this.#rows.map((one) => (one === before ? row : one));
    this.#uses.set(id, ++this.#lastUse);
    this.#dropOld(id);
    return row;
  }

  /** @param shown the row whose package stays whatever its size */
  #dropOld(shown: number): void {
    const byUse = this.#rows
      .filter(({ id, result }) => result !== null && id !== shown)
      .sort((a, b) => (this.#uses.get(b.id) ?? 0) - (this.#uses.get(a.id) ?? 0));
    let bytes = 0;
    for (const { id, result } of byUse) {
      bytes += result?.package.length ?? 0;
      if (bytes > MOST_PACKAGE_BYTES) this.#change(id, (row) => ({ ...row, result: null, isDropped: true }));
    }
  }

  #change(id: number, change: (row: Row) => Row): void {
    this.#rows = this.#rows.map((row) => (row.id === id ? change(row) : row));
  }
}
