/** Texts with places for values, as Python's `%` and `str.format` fill them: what chat templates use of them. */

import type { Budget } from './jinja/budget.js';
import { Float, isMap, numberOf, str, Tuple, type Value } from './jinja/values.js';

/** Widest field and most decimals: a template that wants more wants to fill our memory. */
const MAX_WIDTH = 1000;

/**
 * `pattern % value`: conversions s, d, i, f, x, X and %%, with flags, width and precision.
 * @throws Error for anything else; LimitError
 */
export function percentFormat(pattern: string, value: Value, budget: Budget): string {
  const counted = counter(pattern, budget);
  const isTuple = value instanceof Tuple;
  const values: readonly Value[] = isTuple ? value : [value];
  let next = 0;
  const result = pattern.replace(
    /%(?:\((\w+)\))?([-+ 0]*)(\d*)(?:\.(\d+))?([\s\S]?)/g,
    (
      _,
      name: string | undefined,
      flags: string,
      width: string,
      precision: string | undefined,
      kind: string,
    ) => {
      if (kind === '%') return '%';
      if (name === undefined && next === values.length) throw new Error('a format has too few values');
      const given = name === undefined ? values[next++] : isMap(value) ? value.get(name) : undefined;
      const align = flags.includes('-') ? '<' : flags.includes('0') && kind !== 's' ? '0' : '>';
      const sign = /[+ ]/.exec(flags)?.[0] ?? '';
      return counted(pad(convert(given, kind, sign, precision), align, ' ', width));
    },
  );
  if (next < values.length && isTuple) throw new Error('not all values of a format are used');
  return result;
}

/**
 * `pattern.format(…)`: fields by position or name, with fill, alignment, sign, width, precision and the types s, d, f, x, X.
 * @throws Error for anything else; LimitError
 */
export function braceFormat(
  pattern: string,
  values: readonly Value[],
  named: ReadonlyMap<string, Value>,
  budget: Budget,
): string {
  const counted = counter(pattern, budget);
  let next = 0;
  return pattern.replace(
    /\{\{|\}\}|\{(\w*)(?:!s)?(?::([^{}]*))?\}|[{}]/g,
    (all, name?: string, spec = '') => {
      if (all === '{{' || all === '}}') return all.slice(1);
      const parts = /^(?:([\s\S])?([<>^]))?([-+ ]?)(0?)(\d*)(?:\.(\d+))?([sdfxX]?)$/.exec(spec as string);
      if (name === undefined || parts === null) throw new Error(`the format ${all} is not read`);
      const place = name === '' ? next++ : /^\d+$/.test(name) ? Number(name) : null;
      if (place === null ? !named.has(name) : place >= values.length)
        throw new Error('a format has too few values');
      const given = place === null ? named.get(name) : values[place];
      const [, fill = ' ', align, sign = '', zero, width = '', precision, kind = ''] = parts;
      const text = convert(given, kind, sign.replace('-', ''), precision);
      return counted(pad(text, align ?? (zero === '0' ? '0' : isNumber(given) ? '>' : '<'), fill, width));
    },
  );
}

/** Asks for what a format writes, piece by piece: its places and its values multiply. */
function counter(pattern: string, budget: Budget): (piece: string) => string {
  let { length } = pattern;
  return (piece) => {
    budget.text((length += piece.length));
    return piece;
  };
}

/** Whether the value is a number by its kind: a truth is written as a word. */
function isNumber(value: Value): boolean {
  return typeof value === 'number' || value instanceof Float;
}

function convert(given: Value, kind: string, sign: string, precision: string | undefined): string {
  if (Number(precision) > 100) throw new Error('a format wants too many decimals');
  if (kind === 's' || (kind === '' && !isNumber(given))) {
    const text = str(given);
    return precision === undefined ? text : [...text].slice(0, Number(precision)).join('');
  }
  const number = numberOf(given);
  if (number === null) throw new Error(`the format ${kind} takes a number`);
  const size = Math.abs(number);
  const before = number < 0 || Object.is(number, -0) ? '-' : sign;
  if (kind === 'f') return before + fixed(size, Number(precision ?? 6));
  if (kind === 'x') return before + Math.trunc(size).toString(16);
  if (kind === 'X') return before + Math.trunc(size).toString(16).toUpperCase();
  if (kind === 'd' || kind === 'i') return before + String(Math.trunc(size));
  if (kind !== '' || precision !== undefined) throw new Error(`the format ${kind} is not read`);
  return sign !== '' && before === sign ? before + str(given) : str(given);
}

/** So many decimals; what lies in the middle goes to the even one, where JavaScript has it go up. */
export function fixed(value: number, decimals: number): string {
  const all = value.toFixed(Math.min(100, decimals + 30));
  const end = all.length - (Math.min(100, decimals + 30) - decimals);
  const isMiddle = /^50*$/.test(all.slice(end)) && /[02468]\.?$/.test(all.slice(0, end));
  return isMiddle ? all.slice(0, end).replace(/\.$/, '') : value.toFixed(decimals);
}

function pad(text: string, align: string, fill: string, width: string): string {
  const missing = Number(width) - [...text].length;
  if (Number(width) > MAX_WIDTH) throw new Error(`a format is wider than ${MAX_WIDTH} characters`);
  if (missing <= 0) return text;
  if (align === '<') return text + fill.repeat(missing);
  if (align === '0') {
    const sign = /^[-+ ]/.exec(text)?.[0] ?? '';
    return sign + '0'.repeat(missing) + text.slice(sign.length);
  }
  const left = align === '^' ? missing >> 1 : missing;
  return fill.repeat(left) + text + fill.repeat(missing - left);
}
