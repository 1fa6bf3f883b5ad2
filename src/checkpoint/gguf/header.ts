/**
 * Reads and checks the header of a GGUF file: keys with values, and the directory of tensors.
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3.
 */
import type { FormatError } from '../../shared/errors.js';
import { UnsupportedError } from '../../shared/errors.js';
import type { ByteSource } from '../../source/byte-source.js';
import { lfsPointer } from '../../source/read-json.js';
import { MAX_TENSORS } from '../limits.js';
import {
  DEFAULT_ALIGNMENT,
  FIRST_READ,
  MAX_ALIGNMENT,
  MAX_HEADER_BYTES,
  MAX_KEY_BYTES,
  MAX_KEYS,
  READ_GROWTH,
} from './limits.js';
import { HeaderCursor, ShortHeader } from './header-cursor.js';
import { brokenFile } from './problems.js';
import { checkPlaces, readTensor, type GgufTensor } from './tensors.js';
import type { GgufValue } from './values.js';

/** A checked header. */
export interface GgufHeader {
  /** 2 or 3, which differ in nothing that is read here. */
  readonly version: number;
  readonly values: ReadonlyMap<string, GgufValue>;
  /** In the order of the directory. */
  readonly tensors: readonly GgufTensor[];
  /** First byte behind the directory and its padding: offsets count from here. */
  readonly dataBegin: number;
  readonly alignment: number;
}

/** "GGUF" */
const MAGIC = 0x46554747;

/** Magic, version, and the numbers of tensors and keys. */
const PREAMBLE_BYTES = 24;

/** Key of the alignment. */
const ALIGNMENT_KEY = 'general.alignment';

/** Whether a file begins as GGUF does. @throws TransportError */
export async function isGguf(source: ByteSource, signal?: AbortSignal): Promise<boolean> {
  if (source.size < PREAMBLE_BYTES) return false;
  const start = await source.read(0, 4, signal);
  return new DataView(start.buffer, start.byteOffset, 4).getUint32(0, true) === MAGIC;
}

/**
 * Reads and checks a file's header.
 * @throws FormatError when any rule is broken; UnsupportedError for another version, byte order or element type;
 *   TransportError
 */
export async function readGgufHeader(source: ByteSource, signal?: AbortSignal): Promise<GgufHeader> {
  const most = Math.min(source.size, MAX_HEADER_BYTES);
  let bytes = await source.read(0, Math.min(most, FIRST_READ), signal);
  const parser = new HeaderParser(source);
  // The header does not say how long it is: what is there is read, and what is missing for the next item is fetched.
  while (!parser.parse(bytes)) {
    if (bytes.length >= source.size) throw brokenFile(source.name, `It ends inside of its header.`);
    if (bytes.length >= MAX_HEADER_BYTES)
      throw brokenFile(
        source.name,
        `Its header is longer than ${MAX_HEADER_BYTES} bytes, the most that is read.`,
      );
    const longer = new Uint8Array(Math.min(most, bytes.length * (1 + READ_GROWTH)));
    longer.set(bytes);
    longer.set(await source.read(bytes.length, longer.length, signal), bytes.length);
    bytes = longer;
  }
  return parser.header();
}

/** Parses item by item; an item that is not all there is begun again when more is. */
class HeaderParser {
  readonly #source: ByteSource;
  readonly #values = new Map<string, GgufValue>();
  readonly #tensors = new Map<string, GgufTensor>();
  /** Where the next item begins. */
  #at = 0;
  #counts: { readonly version: number; readonly keys: number; readonly tensors: number } | null = null;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** @returns whether the header is complete */
  parse(bytes: Uint8Array): boolean {
    const cursor = new HeaderCursor(bytes, this.#at, this.#source.name);
    try {
      const counts = (this.#counts ??= this.#preamble(cursor));
      this.#at = cursor.at;
      while (this.#values.size < counts.keys) {
        this.#key(cursor);
        this.#at = cursor.at;
      }
      while (this.#tensors.size < counts.tensors) {
        const tensor = readTensor(cursor);
        if (this.#tensors.has(tensor.name)) throw cursor.broken('The tensor is listed twice.', tensor.name);
        this.#tensors.set(tensor.name, tensor);
        this.#at = cursor.at;
      }
      return true;
    } catch (error) {
      if (error instanceof ShortHeader) return false;
      throw error;
    }
  }

  header(): GgufHeader {
    const alignment = this.#alignment();
    const dataBegin = Math.ceil(this.#at / alignment) * alignment;
    const tensors = [...this.#tensors.values()];
    checkPlaces(tensors, this.#source, { alignment, dataBegin });
    return { version: this.#counts?.version ?? 0, values: this.#values, tensors, dataBegin, alignment };
  }

  #preamble(cursor: HeaderCursor): { version: number; keys: number; tensors: number } {
    const file = this.#source.name;
    if (cursor.uint32() !== MAGIC) throw notGguf(cursor.bytes, file);
    const version = cursor.uint32();
    checkVersion(version, file);
    const tensors = cursor.length();
    const keys = cursor.length();
    if (tensors > MAX_TENSORS)
      throw brokenFile(file, `It lists ${tensors} tensors; at most ${MAX_TENSORS} are read.`);
    if (keys > MAX_KEYS) throw brokenFile(file, `It has ${keys} keys; at most ${MAX_KEYS} are read.`);
    return { version, keys, tensors };
  }

  #key(cursor: HeaderCursor): void {
    const key = cursor.text(MAX_KEY_BYTES, 'A key');
    if (this.#values.has(key)) throw cursor.broken('The key is there twice.', key);
    this.#values.set(key, cursor.value(key));
  }

  #alignment(): number {
    const value = this.#values.get(ALIGNMENT_KEY) ?? DEFAULT_ALIGNMENT;
    const isPower = typeof value === 'number' && Number.isInteger(Math.log2(value));
    if (isPower && value >= 1 && value <= MAX_ALIGNMENT) return value;
    throw brokenFile(this.#source.name, `It is not a power of two up to ${MAX_ALIGNMENT}.`, ALIGNMENT_KEY);
  }
}

function checkVersion(version: number, file: string): void {
  if (version === 2 || version === 3) return;
  // A small number whose bytes are in the other order.
  if ((version & 0xffff) === 0 && version !== 0) {
    throw new UnsupportedError('Its numbers are big-endian, which is not read.', {
      file,
      code: 'other-format',
      remedy: 'Convert the original model again without --bigendian.',
    });
  }
  throw new UnsupportedError(`It is GGUF of version ${version}; versions 2 and 3 are read.`, {
    file,
    code: 'other-format',
    remedy: 'Convert the original model again with a present llama.cpp, or take its folder.',
  });
}

/** What a file is that begins otherwise. */
function notGguf(bytes: Uint8Array, file: string): FormatError {
  const start = String.fromCharCode(...bytes.subarray(0, 64));
  if (start.startsWith('version https://git-lfs')) return lfsPointer(file);
  if (/^(?:lmgg|fmgg|tjgg|algg)/.test(start)) {
    return new UnsupportedError('It is a file of ggml from before GGUF, which is not read.', {
      file,
      code: 'other-format',
      remedy: 'Convert the original model again with a present llama.cpp, or take its folder.',
    });
  }
  const kind = /^\s*<(?:!doctype|html)/i.test(start) ? 'a web page' : 'another kind of file';
  return brokenFile(file, `It does not begin as GGUF does: it is ${kind}.`);
}
