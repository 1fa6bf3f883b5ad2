/** CRC-32 (IEEE 802.3, reflected polynomial 0xEDB88320), as in zlib. */

/** CRC-32 continued over more bytes. */
export type Crc = (bytes: Uint8Array, crc: number) => number;

const TABLES = makeTables();

function makeTables(): Uint32Array[] {
  const first = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    first[byte] = value;
  }
  const tables = [first];
  for (let index = 1; index < 8; index++) {
    const previous = tables[index - 1] as Uint32Array;
    tables.push(previous.map((value) => (value >>> 8) ^ (first[value & 0xff] as number)));
  }
  return tables;
}

/**
 * Continues a CRC over more bytes, eight at a time.
 * @param crc value so far; 0 at the start
 */
export function crc32(bytes: Uint8Array, crc = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  let value = ~crc >>> 0;
  let index = 0;
  const end = bytes.length - (bytes.length % 8);
  for (; index < end; index += 8) {
    const low =
      (value ^
        (at(bytes, index) |
          (at(bytes, index + 1) << 8) |
          (at(bytes, index + 2) << 16) |
          (at(bytes, index + 3) << 24))) >>>
      0;
    value =
      at(t7, low & 0xff) ^
      at(t6, (low >>> 8) & 0xff) ^
      at(t5, (low >>> 16) & 0xff) ^
      at(t4, low >>> 24) ^
      at(t3, at(bytes, index + 4)) ^
      at(t2, at(bytes, index + 5)) ^
      at(t1, at(bytes, index + 6)) ^
      at(t0, at(bytes, index + 7));
  }
  for (; index < bytes.length; index++) value = (value >>> 8) ^ at(t0, (value ^ at(bytes, index)) & 0xff);
  return ~value >>> 0;
}

function at(array: Uint8Array | Uint32Array, index: number): number {
  return array[index] as number;
}
