/**
 * Records of fixed length as data: where each field lies, its type and its range. Writers and readers, here and in the
 * engine, are loops over them. All numbers are little-endian.
 *
 * A range is one comparison of unsigned integers for every type: floats that are not negative have the order of their
 * bits, so they are compared by these, and -0, NaN, infinity and everything negative lie above every limit.
 */
import { wordOf } from './kinds.js';

export type FieldType = 'u8' | 'u16' | 'u32' | 'f32';

const TYPE_BYTES: Readonly<Record<FieldType, number>> = { u8: 1, u16: 2, u32: 4, f32: 4 };

/** Words and their codes, from `kinds.ts`. */
export type WordTable = Readonly<Record<string, number>>;

export interface Field {
  /** Bytes from the start of the record. */
  readonly offset: number;
  readonly type: FieldType;
  /** Smallest and largest value, as numbers of the type. */
  readonly low: number;
  readonly high: number;
  /** One more value that is allowed: "none" of an index, 0 of a temperature. */
  readonly or?: number;
  /** The value is a multiple of this. */
  readonly step?: number;
  /** The value is the code of one of these words. */
  readonly words?: WordTable;
}

export interface RecordSpec<F extends Readonly<Record<string, Field>> = Readonly<Record<string, Field>>> {
  readonly bytes: number;
  /** By name, in the order of their offsets; what lies between and behind them is reserved and zero. */
  readonly fields: F;
}

/** What a record holds: the word of a field with words, a number of any other. */
export type RecordValues<R extends RecordSpec> = {
  -readonly [K in keyof R['fields']]: R['fields'][K] extends { readonly words: infer W } ? keyof W : number;
};

/** A value that readers refuse; the message names its field and the rule. */
export class FieldError extends RangeError {
  override readonly name = 'RangeError';

  /**
   * @param field as the schema names it
   * @param rule what the value would have to be, e.g. `from 1 to 128`
   */
  constructor(
    readonly field: string,
    readonly value: string | number,
    readonly rule: string,
  ) {
    super(`${fieldLabel(field)}: ${value} is not ${rule}.`);
  }
}

/** Makes the error for a field that breaks its rule; `name` is for people. */
export type FieldFailure = (name: string, problem: string) => Error;

export function record<F extends Readonly<Record<string, Field>>>(bytes: number, fields: F): RecordSpec<F> {
  return { bytes, fields };
}

export function u8(offset: number, low: number, high: number): Field & { readonly type: 'u8' } {
  return { offset, type: 'u8', low, high };
}

export function u16(offset: number, low: number, high: number): Field & { readonly type: 'u16' } {
  return { offset, type: 'u16', low, high };
}

export function u32(
  offset: number,
  low: number,
  high: number,
  more: Pick<Field, 'or' | 'step'> = {},
): Field & { readonly type: 'u32' } {
  return { offset, type: 'u32', low, high, ...more };
}

/** Limits are rounded to 32 bits. */
export function f32(
  offset: number,
  low: number,
  high: number,
  more: Pick<Field, 'or'> = {},
): Field & { readonly type: 'f32' } {
  return { offset, type: 'f32', low: Math.fround(low), high: Math.fround(high), ...more };
}

/** A kind, in as many bytes as the type has. */
export function word<W extends WordTable>(
  offset: number,
  type: 'u8' | 'u16' | 'u32',
  words: W,
): Omit<Field, 'words'> & { readonly words: W } {
  return { offset, type, low: 0, high: Object.keys(words).length - 1, words };
}

/** A field's name for people: `hiddenSize` is the hidden size. */
export function fieldLabel(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

const float = new DataView(new ArrayBuffer(4));

/** A value as the unsigned integer that has its bits. */
export function rawValue(type: FieldType, value: number): number {
  if (type !== 'f32') return value;
  float.setFloat32(0, value);
  return float.getUint32(0);
}

function getRaw(view: DataView, at: number, type: FieldType): number {
  switch (TYPE_BYTES[type]) {
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at, true);
    default:
      return view.getUint32(at, true);
  }
}

/** Whether a raw value is allowed. */
function isAllowed(field: Field, raw: number): boolean {
  if (field.or !== undefined && raw === rawValue(field.type, field.or)) return true;
  return (
    raw >= rawValue(field.type, field.low) &&
    raw <= rawValue(field.type, field.high) &&
    raw % (field.step ?? 1) === 0
  );
}

function ruleOf(field: Field): string {
  const { words, or, step } = field;
  // As it was written, not as 32 bits have it.
  const [low, high] = [field.low, field.high].map((limit) =>
    Number(limit.toPrecision(field.type === 'f32' ? 6 : 16)),
  );
  if (words !== undefined) return `one of the codes of ${Object.keys(words).join(', ')}`;
  const multiple = step === undefined ? '' : `a multiple of ${step} `;
  const other = or === undefined ? '' : `${or}, or `;
  return low === high ? `${other}${low}` : `${other}${multiple}from ${low} to ${high}`;
}

/**
 * Reads the record at `at` and checks every field and all that is reserved.
 * @throws what `fail` makes
 */
export function readRecord<R extends RecordSpec>(
  spec: R,
  view: DataView,
  at: number,
  fail: FieldFailure,
): RecordValues<R> {
  const values: Record<string, string | number> = {};
  let end = 0;
  const reserved = (until: number): void => {
    for (; end < until; end++) {
      if (view.getUint8(at + end) !== 0) throw fail('reserved', `Byte ${end} of the record is not zero.`);
    }
  };
  for (const [name, field] of Object.entries(spec.fields)) {
    reserved(field.offset);
    const raw = getRaw(view, at + field.offset, field.type);
    const value = field.type === 'f32' ? view.getFloat32(at + field.offset, true) : raw;
    if (!isAllowed(field, raw)) throw fail(fieldLabel(name), `${value} is not ${ruleOf(field)}.`);
    values[name] = field.words === undefined ? value : String(wordOf(field.words, raw));
    end = field.offset + TYPE_BYTES[field.type];
  }
  reserved(spec.bytes);
  return values as RecordValues<R>;
}

/**
 * Writes a record at `at`; what is reserved stays as it is.
 * @throws FieldError for a value that readers refuse
 */
export function writeRecord<R extends RecordSpec>(
  spec: R,
  values: RecordValues<R>,
  view: DataView,
  at: number,
): void {
  for (const [name, field] of Object.entries(spec.fields)) {
    const given = (values as Readonly<Record<string, string | number>>)[name] as string | number;
    const value = field.words === undefined ? Number(given) : (field.words[given] ?? NaN);
    const raw = rawValue(field.type, value);
    if (!isAllowed(field, raw)) throw new FieldError(name, given, ruleOf(field));
    if (field.type === 'u8') view.setUint8(at + field.offset, raw);
    else if (field.type === 'u16') view.setUint16(at + field.offset, raw, true);
    else view.setUint32(at + field.offset, raw, true);
  }
}
