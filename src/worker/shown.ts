/** What the worker tells of a model, on its way to the page: no text of a stranger arrives there as it was. */
import { showable } from '../shared/safe-text.js';

/** Plain data with every text made safe to show. What is no text and no list or record of texts stays the same object. */
export function shown<T>(value: T): T {
  return copy(value) as T;
}

function copy(value: unknown): unknown {
  if (typeof value === 'string') return showable(value);
  if (Array.isArray(value)) return value.map(copy);
  if (value?.constructor !== Object) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copy(inner)]));
}
