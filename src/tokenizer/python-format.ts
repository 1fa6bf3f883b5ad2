/** Texts with places for values, as Python's `%` and `str.format` fill them: what chat templates use of them. */

/** A value of the template interpreter. */
export interface TemplateValue {
  readonly type: string;
  readonly value: unknown;
}

/** Widest field and most decimals: a template that wants more wants to fill our memory. */
const MAX_WIDTH = 1000;

/**
 * `pattern % value`: conversions s, d, i, f, x, X and %%, with flags, width and precision.
 * @throws Error for anything else
 */
export function percentFormat(pattern: string, value: TemplateValue): string {
  const isList = value.type === 'TupleValue';
  const values = isList ? (value.value as readonly TemplateValue[]) : [value];
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
      const given =
        name === undefined
          ? values[next++]
          : (value.value as ReadonlyMap<string, TemplateValue> | undefined)?.get(name);
      const align = flags.includes('-') ? '<' : flags.includes('0') && kind !== 's' ? '0' : '>';
      const sign = /[+ ]/.exec(flags)?.[0] ?? '';
      return pad(convert(given, kind, sign, precision), align, ' ', width);
    },
  );
  if (next < values.length && isList) throw new Error('not all values of a format are used');
  return result;
}

/**
 * `pattern.format(…)`: fields by position or name, with fill, alignment, sign, width, precision and the types s, d, f, x, X.
 * @throws Error for anything else
 */
export function braceFormat(
  pattern: string,
  values: readonly TemplateValue[],
  named: ReadonlyMap<string, TemplateValue>,
): string {
  let next = 0;
  return pattern.replace(
    /\{\{|\}\}|\{(\w*)(?:!s)?(?::([^{}]*))?\}|[{}]/g,
    (all, name?: string, spec = '') => {
      if (all === '{{' || all === '}}') return all.slice(1);
      const parts = /^(?:([\s\S])?([<>^]))?([-+ ]?)(0?)(\d*)(?:\.(\d+))?([sdfxX]?)$/.exec(spec as string);
      if (name === undefined || parts === null) throw new Error(`the format ${all} is not read`);
      const given =
        name === '' ? values[next++] : /^\d+$/.test(name) ? values[Number(name)] : named.get(name);
      const [, fill = ' ', align, sign = '', zero, width = '', precision, kind = ''] = parts;
      const text = convert(given, kind, sign.replace('-', ''), precision);
      return pad(text, align ?? (zero === '0' ? '0' : isNumber(given) ? '>' : '<'), fill, width);
    },
  );
}

function isNumber(value: TemplateValue | undefined): boolean {
  return value?.type === 'IntegerValue' || value?.type === 'FloatValue';
}

function convert(
  given: TemplateValue | undefined,
  kind: string,
  sign: string,
  precision: string | undefined,
): string {
  if (given === undefined) throw new Error('a format has too few values');
  if (Number(precision) > 100) throw new Error('a format wants too many decimals');
  if (kind === 's' || (kind === '' && !isNumber(given))) {
    const text = plain(given);
    return precision === undefined ? text : [...text].slice(0, Number(precision)).join('');
  }
  if (!isNumber(given)) throw new Error(`the format ${kind} takes a number`);
  const number = given.value as number;
  const size = Math.abs(number);
  const before = number < 0 || Object.is(number, -0) ? '-' : sign;
  if (kind === 'f') return before + size.toFixed(Number(precision ?? 6));
  if (kind === 'x') return before + Math.trunc(size).toString(16);
  if (kind === 'X') return before + Math.trunc(size).toString(16).toUpperCase();
  if (kind === 'd' || kind === 'i') return before + String(Math.trunc(size));
  if (kind !== '' || precision !== undefined) throw new Error(`the format ${kind} is not read`);
  return sign !== '' && before === sign ? before + plain(given) : plain(given);
}

/** A value as Python's `str` has it. */
function plain({ type, value }: TemplateValue): string {
  switch (type) {
    case 'StringValue':
      return value as string;
    case 'IntegerValue':
      return String(value);
    case 'FloatValue':
      return Number.isInteger(value) ? (value as number).toFixed(1) : String(value);
    case 'BooleanValue':
      return value === true ? 'True' : 'False';
    case 'NullValue':
      return 'None';
    case 'UndefinedValue':
      return '';
    default:
      throw new Error('a format takes texts and numbers');
  }
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
