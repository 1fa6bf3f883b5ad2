/** Methods of texts, lists and mappings, as Python has them. */
import { braceFormat } from '../python-format.js';
import type { Budget } from './budget.js';
import { lengthWithout, SPACE } from './lexer.js';
import {
  isEqual,
  isIn,
  isList,
  isMap,
  keyOf,
  str,
  textOf,
  Tuple,
  wholeOf,
  type Callable,
  type Value,
} from './values.js';

type Given = readonly Value[];
type Named = ReadonlyMap<string, Value>;
type Method<T> = (self: T, given: Given, named: Named, budget: Budget) => Value;

/** The argument at a place, or by its name; what stands in for one that is not given. */
export function argument(given: Given, named: Named, place: number, name: string, otherwise?: Value): Value {
  return place < given.length ? given[place] : named.has(name) ? named.get(name) : otherwise;
}

const BEGIN = new RegExp(`^(?:${SPACE})+`);
const WORDS = new RegExp(`(?:(?!${SPACE})[^])+`, 'g');

/** Without white space, or the given characters, at the beginning (-1), at the end (1) or both (0). */
export function strip(text: string, side: number, characters: Value): string {
  if (characters === undefined || characters === null) {
    const end = side < 0 ? text.length : lengthWithout(text);
    const rest = text.slice(0, end);
    return side > 0 ? rest : rest.replace(BEGIN, '');
  }
  const [all, out] = [[...text], textOf(characters)];
  let [begin, end] = [0, all.length];
  if (side <= 0) while (begin < end && out.includes(all[begin] as string)) begin++;
  if (side >= 0) while (end > begin && out.includes(all[end - 1] as string)) end--;
  return all.slice(begin, end).join('');
}

const isAny =
  (test: (text: string, part: string) => boolean): Method<string> =>
  (self, [part]) =>
    isList(part) ? part.some((one) => test(self, textOf(one))) : test(self, textOf(part));

const all =
  (pattern: RegExp): Method<string> =>
  (self) =>
    pattern.test(self);

/** Places of a part in a text, at most so many. @throws Error when the part is empty */
function split(self: string, separator: Value, most: number, fromEnd: boolean): Value {
  if (separator === undefined || separator === null) {
    const words = [...self.matchAll(WORDS)];
    if (most < 0 || words.length <= most) return words.map(([word]) => word);
    if (fromEnd) {
      const last = words.length - most;
      const { 0: word, index } = words[last - 1] as RegExpExecArray;
      return [self.slice(0, index + word.length), ...words.slice(last).map(([part]) => part)];
    }
    const rest = words[most] as RegExpExecArray;
    return [...words.slice(0, most).map(([word]) => word), self.slice(rest.index, lengthWithout(self))];
  }
  const by = textOf(separator);
  if (by === '') throw new Error('a text is split at nothing');
  const parts = self.split(by);
  const over = parts.length - 1 - most;
  if (most < 0 || over <= 0) return parts;
  if (fromEnd) return [parts.slice(0, over + 1).join(by), ...parts.slice(over + 1)];
  return [...parts.slice(0, most), parts.slice(most).join(by)];
}

const splits =
  (fromEnd: boolean): Method<string> =>
  (self, given, named) =>
    split(
      self,
      argument(given, named, 0, 'sep'),
      wholeOf(argument(given, named, 1, 'maxsplit', -1)),
      fromEnd,
    );

/** `text.replace(old, new, count)`. @throws LimitError */
export function replace(self: string, old: string, by: string, count: number, budget: Budget): string {
  const parts = old === '' ? ['', ...self, ''] : self.split(old);
  const times = count < 0 ? parts.length - 1 : Math.min(count, parts.length - 1);
  budget.text(self.length + by.length * times);
  const rest = parts.slice(times).join(old);
  return [...parts.slice(0, times), rest].join(by);
}

const partition =
  (fromEnd: boolean): Method<string> =>
  (self, [given]) => {
    const by = textOf(given);
    const at = fromEnd ? self.lastIndexOf(by) : self.indexOf(by);
    if (at < 0) return Tuple.from(fromEnd ? ['', '', self] : [self, '', '']);
    return Tuple.of(self.slice(0, at), by, self.slice(at + by.length));
  };

/** The first letter of a text large, the others small. */
export function capitalize(text: string): string {
  const [first = '', ...rest] = text;
  return first.toUpperCase() + rest.join('').toLowerCase();
}

/** Place of a part, counted in characters; -1 for none. */
function found(self: string, part: Value, fromEnd: boolean): number {
  const at = fromEnd ? self.lastIndexOf(textOf(part)) : self.indexOf(textOf(part));
  return at < 0 ? at : [...self.slice(0, at)].length;
}

const TEXTS: Readonly<Record<string, Method<string>>> = {
  upper: (self) => self.toUpperCase(),
  lower: (self) => self.toLowerCase(),
  casefold: (self) => self.toLowerCase(),
  capitalize,
  title: (self) => self.replace(/\p{L}+/gu, capitalize),
  strip: (self, [characters]) => strip(self, 0, characters),
  lstrip: (self, [characters]) => strip(self, -1, characters),
  rstrip: (self, [characters]) => strip(self, 1, characters),
  startswith: isAny((text, part) => text.startsWith(part)),
  endswith: isAny((text, part) => text.endsWith(part)),
  removeprefix: (self, [part]) => (self.startsWith(textOf(part)) ? self.slice(textOf(part).length) : self),
  removesuffix: (self, [part]) =>
    self.endsWith(textOf(part)) ? self.slice(0, self.length - textOf(part).length) : self,
  split: splits(false),
  rsplit: splits(true),
  splitlines: (self) =>
    self
      .replace(/(?:\r\n|[\n\r])$/, '')
      .split(/\r\n|[\n\r]/)
      .slice(self === '' ? 1 : 0),
  partition: partition(false),
  rpartition: partition(true),
  replace: (self, given, named, budget) =>
    replace(
      self,
      textOf(given[0]),
      textOf(given[1]),
      wholeOf(argument(given, named, 2, 'count', -1)),
      budget,
    ),
  join: (self, [parts], _, budget) =>
    budget.join(isList(parts) ? parts.map(textOf) : [...textOf(parts)], self),
  format: braceFormat,
  find: (self, [part]) => found(self, part, false),
  rfind: (self, [part]) => found(self, part, true),
  count: (self, [part]) => (part === '' ? [...self].length + 1 : self.split(textOf(part)).length - 1),
  isdigit: all(/^\p{Nd}+$/u),
  isalpha: all(/^\p{L}+$/u),
  isalnum: all(/^[\p{L}\p{N}]+$/u),
  isspace: all(new RegExp(`^(?:${SPACE})+$`)),
  isupper: (self) => self !== self.toLowerCase() && self === self.toUpperCase(),
  islower: (self) => self !== self.toUpperCase() && self === self.toLowerCase(),
};

const LISTS: Readonly<Record<string, Method<readonly Value[]>>> = {
  index: (self, [value]) => {
    const at = self.findIndex((item) => isEqual(item, value));
    if (at < 0) throw new Error('a list has no such item');
    return at;
  },
  count: (self, [value]) => self.filter((item) => isEqual(item, value)).length,
  copy: (self) => self,
};

const MAPS: Readonly<Record<string, Method<ReadonlyMap<string | number | boolean | null, Value>>>> = {
  get: (self, [key, otherwise = null]) => (isIn(key, self) ? self.get(keyOf(key)) : otherwise),
  keys: (self) => [...self.keys()],
  values: (self) => [...self.values()],
  items: (self) => [...self].map((entry) => Tuple.from(entry)),
  copy: (self) => self,
};

/** A method bound to its value, `undefined` when it has none of that name. */
export function methodOf(value: Value, name: string, budget: Budget): Callable | undefined {
  const bound = <T>(methods: Readonly<Record<string, Method<T>>>, self: T): Callable | undefined => {
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
    return method && ((given, named) => method(self, given, named, budget));
  };
  if (typeof value === 'string') return bound(TEXTS, value);
  if (isList(value)) return bound(LISTS, value);
  return isMap(value) ? bound(MAPS, value) : undefined;
}

/** A method of texts as a filter: of what the value is as a text. @throws Error */
export function textMethod(name: string): (value: Value, budget: Budget, ...rest: [Given, Named]) => Value {
  return (value, budget, given, named) => (TEXTS[name] as Method<string>)(str(value), given, named, budget);
}
