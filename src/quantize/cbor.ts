/**
 * Plain data in CBOR (RFC 8949), the way in which a description crosses into the kernels: what JSON could hold, with
 * numbers as 64-bit floats, so that NaN and infinities arrive as they are. Lengths take 32 bits always.
 * `kernels/crates/kernels/src/reference/cbor.rs` reads it.
 */

const FALSE = 0xf4;
const TRUE = 0xf5;
const NULL = 0xf6;
const NUMBER = 0xfb;
const TEXT = 0x7a;
const LIST = 0x9a;
const MAP = 0xba;

/** Bytes to begin with; the room doubles as often as it must. */
const FIRST_ROOM = 1 << 16;

/**
 * One value as CBOR. Fields that are `undefined` are left out, as JSON does it.
 * @throws TypeError for a function and the like
 */
export function writeCbor(data: unknown): Uint8Array {
  let bytes = new Uint8Array(FIRST_ROOM);
  let end = 0;

  /** Takes `length` bytes behind what is written and tells where they begin. */
  const take = (length: number): number => {
    const begin = end;
    end += length;
    if (end > bytes.length) {
      const larger = new Uint8Array(Math.max(end, bytes.length * 2));
      larger.set(bytes.subarray(0, begin));
      bytes = larger;
    }
    return begin;
  };
  const head = (kind: number, length: number): void => {
    const at = take(5);
    const view = new DataView(bytes.buffer);
    view.setUint8(at, kind);
    view.setUint32(at + 1, length);
  };
  const text = (value: string): void => {
    const encoded = new TextEncoder().encode(value);
    head(TEXT, encoded.length);
    const at = take(encoded.length);
    bytes.set(encoded, at);
  };
  const write = (value: unknown): void => {
    if (value === null || typeof value === 'boolean') {
      const at = take(1);
      bytes[at] = value === null ? NULL : value ? TRUE : FALSE;
    } else if (typeof value === 'number') {
      const at = take(9);
      const view = new DataView(bytes.buffer);
      view.setUint8(at, NUMBER);
      view.setFloat64(at + 1, value);
    } else if (typeof value === 'string') {
      text(value);
    } else if (Array.isArray(value)) {
      head(LIST, value.length);
      value.forEach(write);
    } else if (typeof value === 'object') {
      const fields = Object.entries(value).filter(([, inside]) => inside !== undefined);
      head(MAP, fields.length);
      for (const [key, inside] of fields) {
        text(key);
        write(inside);
      }
    } else {
      throw new TypeError(`A ${typeof value} cannot be written.`);
    }
  };
  write(data);
  return bytes.slice(0, end);
}
