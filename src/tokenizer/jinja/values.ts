/** The values of templates, with Python's manners: what is true, equal, smaller, and how a value is written. */

/** A float; numbers of JavaScript are Python's whole ones. */
export class Float {
  constructor(readonly value: number) {}
}

/** A list that does not change. */
export class Tuple extends Array<Value> {}

/** What a template may change. */
export class Namespace {
  readonly entries = new Map<string, Value>();
}

export type Key = string | number | boolean | null;
export type Value =
  | undefined
  | null
  | boolean
  | number
  | string
  | Float
  | readonly Value[]
  | ReadonlyMap<Key, Value>
  | Namespace
  | Callable;

/** A function, a method bound to its value, a macro. */
export type Callable = (args: readonly Value[], named: ReadonlyMap<string, Value>) => Value;

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isMap(value: Value): value is ReadonlyMap<Key, Value> {
  return value instanceof Map;
}

/** The number that a value is, `null` when it is none; a truth is 1 or 0. */
export function numberOf(value: Value): number | null {
  if (value instanceof Float) return value.value;
  return typeof value === 'number' || typeof value === 'boolean' ? Number(value) : null;
}

/** A whole number. @throws Error when the value is none */
export function wholeOf(value: Value): number {
  const number = value instanceof Float ? null : numberOf(value);
  if (number === null) throw new Error(`a whole number is expected in place of ${kindOf(value)}`);
  return number;
}

/** A text. @throws Error when the value is none */
export function textOf(value: Value): string {
  if (typeof value !== 'string') throw new Error(`a text is expected in place of ${kindOf(value)}`);
  return value;
}

/** @throws Error when the number is beyond those that are exact here */
export function whole(value: number): number {
  if (!Number.isSafeInteger(value)) throw new Error('a number is too large');
  return value === 0 ? 0 : value;
}

export function kindOf(value: Value): string {
  if (value === undefined) return 'something undefined';
  if (value === null) return 'none';
  if (isList(value)) return 'a list';
  if (isMap(value)) return 'a mapping';
  if (value instanceof Float || typeof value === 'number') return 'a number';
  return value instanceof Namespace ? 'a namespace' : `a ${typeof value}`;
}

export function isTrue(value: Value): boolean {
  if (isList(value)) return value.length > 0;
  if (isMap(value)) return value.size > 0;
  return value instanceof Float ? value.value !== 0 : Boolean(value);
}

export function isEqual(a: Value, b: Value): boolean {
  const left = numberOf(a);
  if (left !== null) return left === numberOf(b);
  if (isList(a)) {
    if (!isList(b) || a.length !== b.length || a instanceof Tuple !== b instanceof Tuple) return false;
    return a.every((part, index) => isEqual(part, b[index]));
  }
  if (isMap(a)) {
    if (!isMap(b) || a.size !== b.size) return false;
    return [...a].every(([key, part]) => b.has(key) && isEqual(part, b.get(key)));
  }
  return a === b;
}

/** Below 0 when `a` is smaller. @throws Error when the two have no order */
export function compare(a: Value, b: Value): number {
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left !== null && right !== null) return left - right;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : Number(a > b);
  if (!isList(a) || !isList(b)) throw new Error(`${kindOf(a)} and ${kindOf(b)} have no order`);
  for (let n = 0; n < Math.min(a.length, b.length); n++) if (!isEqual(a[n], b[n])) return compare(a[n], b[n]);
  return a.length - b.length;
}

/** What a loop or a filter goes through. @throws Error when the value holds nothing */
export function itemsOf(value: Value): readonly Value[] {
  if (isList(value)) return value;
  if (isMap(value)) return [...value.keys()];
  if (typeof value === 'string') return [...value];
  if (value === undefined) return [];
  throw new Error(`${kindOf(value)} holds no items`);
}

/** `x in holder`. @throws Error when the holder holds nothing */
export function isIn(value: Value, holder: Value): boolean {
  if (typeof holder === 'string') return holder.includes(textOf(value));
  if (isMap(holder)) return holder.has(keyOf(value));
  return itemsOf(holder).some((item) => isEqual(item, value));
}

/** @throws Error when the value cannot be a key */
export function keyOf(value: Value): Key {
  const number = numberOf(value);
  if (number !== null) return number;
  if (value === null || typeof value === 'string') return value;
  throw new Error(`${kindOf(value)} is no key`);
}

/** As Python's `str` has it. */
export function str(value: Value): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : repr(value);
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** As Python's `repr` has it. */
export function repr(value: Value): string {
  if (value === undefined) return 'Undefined';
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (value instanceof Float) return floatText(value.value);
  if (typeof value === 'string') {
    const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
    const text = value.replace(/[\\\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, escaped);
    return quote + text.replaceAll(quote, `\\${quote}`) + quote;
  }
  if (isList(value)) {
    const text = value.map(repr).join(', ');
    if (!(value instanceof Tuple)) return `[${text}]`;
    return value.length === 1 ? `(${text},)` : `(${text})`;
  }
  if (isMap(value)) return `{${[...value].map(([key, part]) => `${repr(key)}: ${repr(part)}`).join(', ')}}`;
  throw new Error(`${kindOf(value)} is not written`);
}

function escaped(character: string): string {
  const code = character.codePointAt(0) as number;
  const hex = (digits: number): string => code.toString(16).padStart(digits, '0');
  return (
    ESCAPES[character] ?? (code < 0x100 ? `\\x${hex(2)}` : code < 0x10000 ? `\\u${hex(4)}` : `\\U${hex(8)}`)
  );
}

/** The shortest decimals that give the float, with an exponent where Python has one. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf';
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e16 || size < 1e-4))
    return value.toExponential().replace(/e([-+])(\d)$/, 'e$10$2');
  const text = Object.is(value, -0) ? '-0' : String(value);
  return text.includes('.') ? text : `${text}.0`;
}
