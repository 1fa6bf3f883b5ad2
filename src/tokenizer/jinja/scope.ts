/** Where the names of a template have their values, and what it has written. */
import type { Budget } from './budget.js';
import type { Value } from './values.js';

export class Scope {
  readonly #names = new Map<string, Value>();
  readonly budget: Budget;
  readonly #outer: Scope | null;

  constructor(budget: Budget, outer: Scope | null) {
    this.budget = budget;
    this.#outer = outer;
  }

  /** A scope inside: what is set in it ends with it. */
  inner(): Scope {
    return new Scope(this.budget, this);
  }

  set(name: string, value: Value): void {
    this.#names.set(name, value);
  }

  get(name: string): Value {
    if (this.#names.has(name)) return this.#names.get(name);
    return this.#outer?.get(name);
  }
}

/** Gives a value. */
export type Expression = (scope: Scope) => Value;

/** Text on the way. */
export interface Written {
  text: string;
}

/** How a statement ended: a loop is left, or goes on with its next item. */
export type Flow = 'break' | 'continue' | undefined;

/** Does something, and writes. */
export type Statement = (scope: Scope, to: Written) => Flow;

/** What a statement writes. */
export function textOfStatement(statement: Statement, scope: Scope): string {
  const to = { text: '' };
  statement(scope, to);
  return to.text;
}
