/** Values of GGUF's metadata. Lists stay the bytes they are until somebody asks: a tokenizer has a quarter million texts. */
import { FormatError } from '../../shared/errors.js';

/** Types of values by their numbers in the file. */
export const VALUE_TYPES = [
  'uint8',
  'int8',
  'uint16',
  'int16',
  'uint32',
  'int32',
  'float32',
  'bool',
  'string',
  'array',
  'uint64',
  'int64',
  'float64',
] as const;

export type ValueType = (typeof VALUE_TYPES)[number];

/** Whole numbers beyond those that a number holds exactly are bigints. */
export type GgufScalar = number | bigint | boolean | string;

export type GgufValue = GgufScalar | GgufList;

/** Bytes of a value, for types that all have the same. */
export const VALUE_BYTES: Readonly<Record<Exclude<ValueType, 'string' | 'array'>, number>> = {
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  float32: 4,
  bool: 1,
  uint64: 8,
  int64: 8,
  float64: 8,
};

/** Bytes before a text or the values of a list that say how many follow. */
export const LENGTH_BYTES = 8;

/** A list of values, whose bytes were checked to hold so many. */
export class GgufList {
  constructor(
    readonly type: ValueType,
    readonly length: number,
    /** The values one after another as the file has them. */
    readonly bytes: Uint8Array,
    /** What messages name. */
    private readonly file: string,
    private readonly key: string,
  ) {}

  /**
   * All values as numbers.
   * @throws FormatError for a list of other values, or numbers that are not exact
   */
  numbers(): readonly number[] {
    const { type } = this;
    if (type === 'string' || type === 'array' || type === 'bool') throw this.#wrong('numbers');
    const view = viewOf(this.bytes);
    const size = VALUE_BYTES[type];
    return Array.from({ length: this.length }, (_, index) => {
      const value = readScalar(view, index * size, type);
      if (typeof value !== 'number') throw this.#wrong('numbers that are not beyond counting');
      return value;
    });
  }

  /** All values as truth values, which some writers store as numbers. @throws FormatError */
  booleans(): readonly boolean[] {
    if (this.type !== 'bool') return this.numbers().map((value) => value !== 0);
    return Array.from(this.bytes, (byte) => byte !== 0);
  }

  /** All values as texts. @throws FormatError for a list of other values, or what is not UTF-8 */
  texts(): readonly string[] {
    if (this.type !== 'string') throw this.#wrong('texts');
    const view = viewOf(this.bytes);
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const texts: string[] = [];
    for (let at = 0; texts.length < this.length;) {
      const begin = at + LENGTH_BYTES;
      at = begin + Number(view.getBigUint64(at, true));
      try {
        texts.push(decoder.decode(this.bytes.subarray(begin, at)));
      } catch {
        throw this.#wrong(`UTF-8 texts, but number ${texts.length} is none`);
      }
    }
    return texts;
  }

  #wrong(expected: string): FormatError {
    return new FormatError(`It is a list of ${this.type}, but must be one of ${expected}.`, {
      file: this.file,
      field: this.key,
      code: 'broken-file',
      remedy: 'Convert the original model again, or take its folder.',
    });
  }
}

/** A value of a type of fixed size. */
export function readScalar(
  view: DataView,
  at: number,
  type: keyof typeof VALUE_BYTES,
): number | bigint | boolean {
  switch (type) {
    case 'uint8':
      return view.getUint8(at);
    case 'int8':
      return view.getInt8(at);
    case 'uint16':
      return view.getUint16(at, true);
    case 'int16':
      return view.getInt16(at, true);
    case 'uint32':
      return view.getUint32(at, true);
    case 'int32':
      return view.getInt32(at, true);
    case 'float32':
      return view.getFloat32(at, true);
    case 'float64':
      return view.getFloat64(at, true);
    case 'bool':
      return view.getUint8(at) !== 0;
    case 'uint64':
      return exact(view.getBigUint64(at, true));
    case 'int64':
      return exact(view.getBigInt64(at, true));
  }
}

function exact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** A view of the same bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
