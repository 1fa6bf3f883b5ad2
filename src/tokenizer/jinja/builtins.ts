/** Filters and tests: those of Jinja that chat templates use. */
import { fixed, percentFormat } from '../python-format.js';
import type { Budget } from './budget.js';
import { toJson } from './json.js';
import { itemOf } from './members.js';
import { binary } from './operators.js';
import { argument, capitalize, replace, strip, textMethod } from './methods.js';
import {
  compare,
  Float,
  isEqual,
  isIn,
  isList,
  isMap,
  isTrue,
  itemsOf,
  kindOf,
  numberOf,
  str,
  textOf,
  Tuple,
  whole,
  wholeOf,
  type Value,
} from './values.js';

type Given = readonly Value[];
type Named = ReadonlyMap<string, Value>;
type Filter = (value: Value, budget: Budget, given: Given, named: Named) => Value;
type Test = (value: Value, given: Given) => boolean;

/** What a filter looks at of each item: an attribute such as `function.name`, or the item. */
function picker(attribute: Value, budget: Budget, ignoresCase = false): (item: Value) => Value {
  const path =
    typeof attribute === 'string'
      ? attribute.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part))
      : typeof attribute === 'number'
        ? [attribute]
        : [];
  return (item) => {
    budget.spend(path.length);
    const value = path.reduce<Value>((inner, part) => itemOf(inner, part, budget), item);
    return ignoresCase && typeof value === 'string' ? value.toLowerCase() : value;
  };
}

function sortedBy(
  items: readonly Value[],
  pick: (item: Value) => Value,
  reverse: Value,
  budget: Budget,
): Value[] {
  budget.spend(items.length * Math.log2(items.length + 1));
  const sign = isTrue(reverse) ? -1 : 1;
  return items
    .map((item) => [pick(item), item] as const)
    .sort(([a], [b]) => sign * compare(a, b))
    .map(([, item]) => item);
}

const extreme =
  (sign: number): Filter =>
  (value, budget, given, named) => {
    const isCased = isTrue(argument(given, named, 0, 'case_sensitive', false));
    const pick = picker(argument(given, named, 1, 'attribute'), budget, !isCased);
    const items = itemsOf(value);
    return items
      .slice(1)
      .reduce((best, item) => (sign * compare(pick(item), pick(best)) > 0 ? item : best), items[0]);
  };

/** `select`, `rejectattr` and their likes: items for which a test holds, or does not. */
const selecting =
  (wanted: boolean, byAttribute: boolean): Filter =>
  (value, budget, given) => {
    const [attribute, test = null, ...operands] = byAttribute ? given : [null, ...given];
    const pick = picker(attribute, budget);
    return itemsOf(value).filter((item) => {
      const looked = pick(item);
      return (test === null ? isTrue(looked) : isTest(textOf(test), looked, operands)) === wanted;
    });
  };

const ends =
  (place: number): Filter =>
  (value) =>
    itemsOf(value).at(place);

const length: Filter = (value) => itemsOf(value).length;

const otherwise: Filter = (value, _, given, named) => {
  const isEmpty = value === undefined || (isTrue(argument(given, named, 1, 'boolean')) && !isTrue(value));
  return isEmpty ? argument(given, named, 0, 'default_value', '') : value;
};

const FILTERS: Readonly<Record<string, Filter>> = {
  abs: (value) => (value instanceof Float ? new Float(Math.abs(value.value)) : Math.abs(wholeOf(value))),
  capitalize: (value) => capitalize(str(value)),
  count: length,
  d: otherwise,
  default: otherwise,
  dictsort: (value, budget, given, named) => {
    if (!isMap(value)) throw new Error(`${kindOf(value)} is sorted as a mapping`);
    const isCased = isTrue(argument(given, named, 0, 'case_sensitive', false));
    const place = argument(given, named, 1, 'by', 'key') === 'value' ? 1 : 0;
    const entries = [...value].map((entry) => Tuple.from(entry));
    return sortedBy(entries, picker(place, budget, !isCased), argument(given, named, 2, 'reverse'), budget);
  },
  first: ends(0),
  float: (value, _, given, named) => {
    const number = typeof value === 'string' ? parsed(value) : numberOf(value);
    return number === null ? argument(given, named, 0, 'default', new Float(0)) : new Float(number);
  },
  format: (value, budget, given) => percentFormat(textOf(value), Tuple.from(given), budget),
  indent: (value, budget, given, named) => {
    const width = argument(given, named, 0, 'width', 4);
    if (typeof width === 'number') budget.text(width);
    const by = typeof width === 'string' ? width : ' '.repeat(Math.max(0, wholeOf(width)));
    const [first, blank] = ['first', 'blank'].map((name, n) => isTrue(argument(given, named, n + 1, name)));
    const lines = str(value).split('\n');
    return budget
      .join(
        lines.map((line, n) =>
          (n === 0 ? first : blank === true || line !== '') === true ? `\n${by}${line}` : `\n${line}`,
        ),
        '',
      )
      .slice(1);
  },
  int: (value, _, given, named) => {
    const number = typeof value === 'string' ? parsed(value) : numberOf(value);
    return number === null ? argument(given, named, 0, 'default', 0) : whole(Math.trunc(number));
  },
  items: (value) => {
    if (value === undefined) return [];
    if (!isMap(value)) throw new Error(`${kindOf(value)} has no entries`);
    return [...value].map((entry) => Tuple.from(entry));
  },
  join: (value, budget, given, named) => {
    const pick = picker(argument(given, named, 1, 'attribute'), budget);
    const parts = itemsOf(value).map((item) => str(pick(item)));
    return budget.join(parts, str(argument(given, named, 0, 'd', '')));
  },
  last: ends(-1),
  length,
  list: (value) => [...itemsOf(value)],
  lower: textMethod('lower'),
  map: (value, budget, [name, ...given], named) => {
    if (name !== undefined)
      return itemsOf(value).map((item) => filterOf(textOf(name))(item, budget, given, named));
    const pick = picker(named.get('attribute'), budget);
    return itemsOf(value).map(
      (item) => pick(item) ?? (named.has('default') ? named.get('default') : pick(item)),
    );
  },
  max: extreme(1),
  min: extreme(-1),
  reject: selecting(false, false),
  rejectattr: selecting(false, true),
  replace: (value, budget, given, named) =>
    replace(
      str(value),
      str(given[0]),
      str(given[1]),
      wholeOf(argument(given, named, 2, 'count', -1) ?? -1),
      budget,
    ),
  reverse: (value) =>
    typeof value === 'string' ? [...value].reverse().join('') : [...itemsOf(value)].reverse(),
  round: (value, _, given, named) => {
    const places = wholeOf(argument(given, named, 0, 'precision', 0));
    const method = argument(given, named, 1, 'method', 'common');
    const number = numberOf(value) ?? NaN;
    if (method !== 'common') {
      const scale = 10 ** places;
      return new Float((method === 'ceil' ? Math.ceil : Math.floor)(number * scale) / scale);
    }
    return value instanceof Float ? new Float(Number(fixed(number, places))) : value;
  },
  safe: str,
  select: selecting(true, false),
  selectattr: selecting(true, true),
  sort: (value, budget, given, named) => {
    const isCased = isTrue(argument(given, named, 1, 'case_sensitive'));
    const pick = picker(argument(given, named, 2, 'attribute'), budget, !isCased);
    return sortedBy(itemsOf(value), pick, argument(given, named, 0, 'reverse'), budget);
  },
  string: str,
  sum: (value, budget, given, named) =>
    itemsOf(value)
      .map(picker(argument(given, named, 0, 'attribute'), budget))
      .reduce((sum, part) => binary('+', sum, part, budget), argument(given, named, 1, 'start', 0)),
  title: (value) => str(value).replace(/[^-\s({[<]+/g, capitalize),
  tojson: toJson,
  trim: (value, _, given, named) => strip(str(value), 0, argument(given, named, 0, 'chars')),
  unique: (value, budget, given, named) => {
    const isCased = isTrue(argument(given, named, 0, 'case_sensitive'));
    const pick = picker(argument(given, named, 1, 'attribute'), budget, !isCased);
    const seen: Value[] = [];
    return itemsOf(value).filter((item) => {
      const looked = pick(item);
      // Each is compared with all before it.
      budget.weigh(seen);
      return !isIn(looked, seen) && seen.push(looked) > 0;
    });
  },
  upper: textMethod('upper'),
};

/** The number that a text writes, `null` when it writes none. */
function parsed(text: string): number | null {
  const plain = strip(text, 0, null);
  return /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/.test(plain) ? Number(plain) : null;
}

/** @throws Error when there is none of that name */
export function filterOf(name: string): Filter {
  const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
  if (filter === undefined) throw new Error(`it uses the filter ${name}`);
  return filter;
}

const isWhole = (value: Value): boolean => typeof value === 'number';
const same: Test = (value, [other]) => isEqual(value, other);
const ordered =
  (holds: (order: number) => boolean): Test =>
  (value, [other]) =>
    holds(compare(value, other));
const [less, more] = [ordered((order) => order < 0), ordered((order) => order > 0)];
const [most, least] = [ordered((order) => order <= 0), ordered((order) => order >= 0)];

const TESTS: Readonly<Record<string, Test>> = {
  boolean: (value) => typeof value === 'boolean',
  callable: (value) => typeof value === 'function',
  defined: (value) => value !== undefined,
  divisibleby: (value, [by]) => wholeOf(value) % wholeOf(by) === 0,
  even: (value) => wholeOf(value) % 2 === 0,
  false: (value) => value === false,
  float: (value) => value instanceof Float,
  in: (value, [holder]) => isIn(value, holder),
  integer: isWhole,
  iterable: (value) => value === undefined || typeof value === 'string' || isList(value) || isMap(value),
  lower: (value) => /\p{L}/u.test(str(value)) && str(value) === str(value).toLowerCase(),
  mapping: isMap,
  ne: (value, given) => !same(value, given),
  none: (value) => value === null,
  number: (value) => numberOf(value) !== null,
  odd: (value) => wholeOf(value) % 2 !== 0,
  sameas: (value, [other]) => value === other,
  sequence: (value) => typeof value === 'string' || isList(value) || isMap(value) || value === undefined,
  string: (value) => typeof value === 'string',
  true: (value) => value === true,
  undefined: (value) => value === undefined,
  upper: (value) => /\p{L}/u.test(str(value)) && str(value) === str(value).toUpperCase(),
  ...{ eq: same, '==': same, equalto: same, '!=': (value, given) => !same(value, given) },
  ...{ lt: less, '<': less, lessthan: less, gt: more, '>': more, greaterthan: more },
  ...{ le: most, '<=': most, ge: least, '>=': least },
};

/** Whether a test holds. @throws Error when there is none of that name, or it does not go with the value */
export function isTest(name: string, value: Value, given: Given): boolean {
  const test = Object.hasOwn(TESTS, name) ? TESTS[name] : undefined;
  if (test === undefined) throw new Error(`it uses the test ${name}`);
  return test(value, given);
}
