/** Lays tables out one after another, as the TOKN section has them: little-endian, each at a multiple of 4. */

type Numbers = readonly number[] | Uint32Array;

export class TableWriter {
  readonly #tables: { bytes: Uint8Array; count: number }[] = [];

  /** Adds a table of raw bytes with `count` entries. */
  bytes(bytes: Uint8Array, count: number): this {
    this.#tables.push({ bytes, count });
    return this;
  }

  /** Adds a table of 4-byte words, `perEntry` words to an entry. */
  words(values: Numbers, perEntry = 1): this {
    return this.bytes(littleEndian(values, 4), values.length / perEntry);
  }

  /** Adds a table of 2-byte or 4-byte numbers. */
  numbers(values: Numbers, size: 2 | 4, perEntry = 1): this {
    return this.bytes(littleEndian(values, size), values.length / perEntry);
  }

  /**
   * The section: `header` words, then offset and count of each table, zeros up to `headerBytes`, then the tables.
   */
  finish(header: readonly number[], headerBytes: number): Uint8Array {
    let at = headerBytes;
    const words = [...header];
    const places = this.#tables.map(({ bytes, count }) => {
      const place = at;
      words.push(place, count);
      at = (at + bytes.length + 3) & ~3;
      return place;
    });
    const section = new Uint8Array(at);
    section.set(littleEndian(words, 4));
    this.#tables.forEach(({ bytes }, index) => section.set(bytes, places[index]));
    return section;
  }
}

function littleEndian(values: Numbers, size: 2 | 4): Uint8Array {
  const bytes = new Uint8Array(values.length * size);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    if (size === 2) view.setUint16(index * 2, value, true);
    else view.setUint32(index * 4, value, true);
  }
  return bytes;
}

/** Collects texts into one block of UTF-8 and tells where each lies. */
export class StringPool {
  readonly #parts: Uint8Array[] = [];
  readonly #places = new Map<string, { offset: number; length: number }>();
  #length = 0;

  /** Offset and length in bytes of a text. */
  add(text: string): { offset: number; length: number } {
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    const bytes = new TextEncoder().encode(text);
    const place = { offset: this.#length, length: bytes.length };
    this.#parts.push(bytes);
    this.#places.set(text, place);
    this.#length += bytes.length;
    return place;
  }

  finish(): Uint8Array {
    return concatenate(this.#parts);
  }
}

/** One array of all bytes. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/** Order of two byte strings, as the engine's binary searches have it. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
