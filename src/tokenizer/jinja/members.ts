/** What stands behind a point or in brackets: entries of mappings, items and parts of lists and texts, methods. */
import type { Budget } from './budget.js';
import { methodOf } from './methods.js';
import {
  isList,
  isMap,
  keyOf,
  kindOf,
  Namespace,
  numberOf,
  repr,
  textOf,
  Tuple,
  type Value,
} from './values.js';

/** `value.name`. @throws Error when the value is undefined */
export function attributeOf(value: Value, name: string, budget: Budget): Value {
  if (value instanceof Namespace) return value.entries.get(name);
  return methodOf(needed(value, name), name, budget) ?? (isMap(value) ? value.get(name) : undefined);
}

/** `value[index]`. @throws Error when the value is undefined */
export function itemOf(value: Value, index: Value, budget: Budget): Value {
  needed(value, index);
  if (isMap(value)) {
    const key = index === undefined ? null : keyOf(index);
    if (value.has(key)) return value.get(key);
  }
  const number = index instanceof Object ? null : numberOf(index);
  if (number !== null && (isList(value) || typeof value === 'string'))
    return (isList(value) ? value : [...value]).at(number);
  return typeof index === 'string' ? attributeOf(value, index, budget) : undefined;
}

function needed(value: Value, member: Value): Value {
  if (value === undefined) throw new Error(`${repr(member)} is asked of something undefined`);
  return value;
}

/** `value[start:stop:step]`. @throws Error when the value has no parts */
export function sliceOf(value: Value, start: number | null, stop: number | null, step: number | null): Value {
  if (!isList(value) && typeof value !== 'string') throw new Error(`${kindOf(value)} has no parts`);
  const items: readonly Value[] = isList(value) ? value : [...value];
  const by = step ?? 1;
  if (by === 0) throw new Error('a step is zero');
  const low = by > 0 ? 0 : -1;
  const high = by > 0 ? items.length : items.length - 1;
  const bound = (given: number | null, otherwise: number): number =>
    given === null ? otherwise : Math.min(high, Math.max(low, given < 0 ? given + items.length : given));
  const from = bound(start, by > 0 ? low : high);
  const to = bound(stop, by > 0 ? high : low);
  const taken: Value[] = [];
  for (let n = from; by > 0 ? n < to : n > to; n += by) taken.push(items[n]);
  if (typeof value === 'string') return taken.map(textOf).join('');
  return value instanceof Tuple ? Tuple.from(taken) : taken;
}
