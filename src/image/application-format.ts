/**
 * Constants of the ESP application image, shared by writer and reader. Sources: ESP-IDF
 * `components/bootloader_support/include/esp_app_format.h`, esptool `bin_image.py`; docs/flash-image.md tells it in words.
 */

export const IMAGE_MAGIC = 0xe9;
export const HEADER_BYTES = 24;
export const SEGMENT_HEADER_BYTES = 8;
/** The mask ROM and ESP-IDF's bootloader refuse more. */
export const MAX_SEGMENTS = 16;
/** esptool's bound; more than any memory that a segment could be for. */
export const MAX_SEGMENT_BYTES = 16 * 1024 * 1024 - 4;
/** Every segment's data, byte by byte, is combined with this by exclusive or. */
export const CHECKSUM_SEED = 0xef;
/** The checksum is the last byte of a row of this many bytes. */
export const CHECKSUM_ROW = 16;
export const DIGEST_BYTES = 32;
/** "The flash is on its usual pins." */
export const WP_PIN_UNUSED = 0xee;
/** "Any later revision of the chip." */
export const ANY_REVISION = 0xffff;

/** Offsets in the header. */
export const FIELD = {
  magic: 0,
  segmentCount: 1,
  mode: 2,
  sizeAndFrequency: 3,
  entry: 4,
  wpPin: 8,
  chip: 12,
  minRevision: 15,
  maxRevision: 17,
  digestAppended: 23,
} as const;

/** Names of chips that others make such images for, so that a wrong one can be named. */
export const CHIP_NAMES: ReadonlyMap<number, string> = new Map([
  [2, 'ESP32-S2'],
  [5, 'ESP32-C3'],
  [12, 'ESP32-C2'],
  [13, 'ESP32-C6'],
  [16, 'ESP32-H2'],
  [18, 'ESP32-P4'],
  [20, 'ESP32-C61'],
  [23, 'ESP32-C5'],
]);

/** Continues the checksum of segment data. */
export function checksum(bytes: Uint8Array, value = CHECKSUM_SEED): number {
  let result = value;
  for (const byte of bytes) result ^= byte;
  return result;
}

/** Length of an image up to and with its checksum, when its segments end at `segmentsEnd`. */
export function checksumEnd(segmentsEnd: number): number {
  return (Math.floor(segmentsEnd / CHECKSUM_ROW) + 1) * CHECKSUM_ROW;
}
