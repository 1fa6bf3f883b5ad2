/** Reads the items of a GGUF header one after another, none of which may reach past the bytes that are there. */
import { UnsupportedError, type FormatError } from '../../shared/errors.js';
import { MAX_HEADER_BYTES, MAX_LIST_DEPTH, MAX_TEXT_BYTES } from './limits.js';
import { brokenFile } from './problems.js';
import {
  GgufList,
  LENGTH_BYTES,
  readScalar,
  VALUE_BYTES,
  VALUE_TYPES,
  viewOf,
  type GgufValue,
  type ValueType,
} from './values.js';

/** The item goes on behind the bytes that are there. */
export class ShortHeader extends Error {}

export class HeaderCursor {
  readonly bytes: Uint8Array;
  at: number;
  readonly #view: DataView;
  readonly #file: string;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  constructor(bytes: Uint8Array, at: number, file: string) {
    this.bytes = bytes;
    this.at = at;
    this.#view = viewOf(bytes);
    this.#file = file;
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** A number of 64 bits that counts something; what no file can have is as good as the largest exact one. */
  length(): number {
    const value = this.#view.getBigUint64(this.#take(LENGTH_BYTES), true);
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
  }

  /**
   * A text with its length before it.
   * @param what it is, for messages
   * @throws FormatError when it is too long or not UTF-8
   */
  text(mostBytes: number, what: string, field?: string): string {
    const length = this.length();
    if (length > mostBytes)
      throw this.broken(`${what} has ${length} bytes; at most ${mostBytes} are read.`, field);
    const begin = this.#take(length);
    try {
      return this.#decoder.decode(this.bytes.subarray(begin, this.at));
    } catch {
      throw this.broken(`${what} is not UTF-8 text.`, field);
    }
  }

  /** The value of a key, with its type before it. @throws FormatError */
  value(key: string): GgufValue {
    const type = this.#type(key);
    if (type === 'string') return this.text(MAX_TEXT_BYTES, 'The text', key);
    if (type !== 'array') return readScalar(this.#view, this.#take(VALUE_BYTES[type]), type);
    return this.#list(key);
  }

  broken(problem: string, field?: string): FormatError {
    return brokenFile(this.#file, problem, field);
  }

  /** The error for an element type that is not read. */
  unread(type: string, field: string): UnsupportedError {
    return new UnsupportedError(`Its elements are of type ${type}, which is not read.`, {
      file: this.#file,
      field: field.slice(0, 200),
      code: 'quantized',
      remedy:
        'Take the file of the model in another type, such as Q8_0, Q4_K_M or F16, or the original folder.',
    });
  }

  #list(key: string): GgufList {
    const type = this.#type(key);
    const length = this.length();
    const begin = this.at;
    this.#skip(type, length, key, 1);
    // A copy: the header's bytes are not kept for the sake of its lists.
    return new GgufList(type, length, this.bytes.slice(begin, this.at), this.#file, key);
  }

  /** Passes the values of a list. */
  #skip(type: ValueType, length: number, key: string, depth: number): void {
    // Each takes a byte at least, so more cannot be in any header that is read.
    if (length > MAX_HEADER_BYTES) throw this.broken(`The list has ${length} values.`, key);
    if (type === 'string') {
      for (let index = 0; index < length; index++) this.#take(this.length());
      return;
    }
    if (type !== 'array') {
      this.#take(length * VALUE_BYTES[type]);
      return;
    }
    if (depth === MAX_LIST_DEPTH)
      throw this.broken(`Lists are nested more than ${MAX_LIST_DEPTH} deep.`, key);
    for (let index = 0; index < length; index++) this.#skip(this.#type(key), this.length(), key, depth + 1);
  }

  #type(key: string): ValueType {
    const number = this.uint32();
    const type = VALUE_TYPES[number];
    if (type === undefined)
      throw this.broken(`Its value is of type ${number}, which GGUF does not define.`, key);
    return type;
  }

  /** Passes bytes. @returns where they began */
  #take(count: number): number {
    const begin = this.at;
    if (count > this.bytes.length - begin) throw new ShortHeader();
    this.at = begin + count;
    return begin;
  }
}
