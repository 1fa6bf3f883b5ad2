/**
 * Constants that a program leaves in flash and shows itself through the memory management unit. They follow the image
 * that the mask ROM loads, outside its segment count, checksum and digest, in the way of esptool's
 * `--ram-only-header`: a filling segment at address 0, then the segment, whose data begin at a page of the mapping.
 * docs/flash-image.md has the bytes.
 */
import { crc32 } from '../package/crc32.js';
import type { Chip } from '../chips/chip.js';
import { FIRMWARE_FLASH_BYTES } from '../plan/boards.js';
import { FormatError } from '../shared/errors.js';
import { hex } from '../shared/hex.js';
import type { ByteSource } from '../source/byte-source.js';
import { SEGMENT_HEADER_BYTES } from './application-format.js';
import { memoryKind } from './memory-map.js';

/** Constants of a linked program. */
export interface MappedData {
  /** Where the program sees them: the beginning of a page of mapped flash. */
  readonly address: number;
  /** Where they lie in flash: the beginning of a page. */
  readonly offset: number;
  /** {@link MAGIC}, the CRC-32 of what follows it, and that; a multiple of 4 bytes, at most a page. */
  readonly bytes: Uint8Array;
}

/** Where such constants are in an image that was read. */
export interface MappedSegment {
  readonly address: number;
  readonly length: number;
  /** From the start of the image. */
  readonly offset: number;
}

/** The data's first word, "S3MD": others append segments, too. */
const MAGIC = 0x444d3353;
const PREFIX_BYTES = 8;

const WRITE_AGAIN = 'Build or download the image again.';

/**
 * Checks constants that a program brings.
 * @param name of the program, for messages
 * @param chip that shows them
 * @throws FormatError when they cannot be shown where they are wanted, or are not those that the program expects
 */
export function checkMappedData({ address, offset, bytes }: MappedData, name: string, chip: Chip): void {
  const { mmuPageBytes } = chip.memory;
  const broken = (problem: string): FormatError =>
    new FormatError(problem, {
      file: name,
      field: `mapped segment at ${hex(address)}`,
      remedy: linkAgain(chip),
    });
  if (memoryKind(chip.memory, address, bytes.length) !== 'flash-data')
    throw broken(`${bytes.length} bytes there are not in the memory that flash is mapped to as data.`);
  if (address % mmuPageBytes !== 0 || offset % mmuPageBytes !== 0)
    throw broken(`The address or the flash offset ${hex(offset)} is not a multiple of ${hex(mmuPageBytes)}.`);
  // An image is as long as its last offset: this also bounds what a damaged program makes of memory.
  if (offset + bytes.length > FIRMWARE_FLASH_BYTES)
    throw broken(
      `The flash offset ${hex(offset)} is after the firmware's part of the flash, which ends at ${hex(FIRMWARE_FLASH_BYTES)}.`,
    );
  if (bytes.length % 4 !== 0 || bytes.length > mmuPageBytes)
    throw broken(`${bytes.length} bytes are not words, or more than a page of ${mmuPageBytes}.`);
  if (!isMarked(bytes)) throw broken('It has not the mark of constants that a program maps itself.');
  if (!isSound(bytes)) throw broken('Its checksum is not that of its bytes.');
}

/**
 * An image with the constants behind it.
 * @param image sealed, for where the mask ROM starts
 * @param name of the program, for messages
 * @param chip that they are for
 * @throws FormatError when the image reaches into them; see {@link checkMappedData}
 */
export function appendMappedData(image: Uint8Array, data: MappedData, name: string, chip: Chip): Uint8Array {
  checkMappedData(data, name, chip);
  const offset = data.offset - chip.image.offset;
  const filled = image.length + SEGMENT_HEADER_BYTES;
  const header = offset - SEGMENT_HEADER_BYTES;
  if (filled > header) {
    throw new FormatError(
      `The image for the mask ROM ends at ${hex(chip.image.offset + image.length)} and leaves no room before the constants at ${hex(data.offset)}.`,
      { file: name, field: 'mapped segment', remedy: linkAgain(chip) },
    );
  }
  const whole = new Uint8Array(offset + data.bytes.length).fill(0xff);
  const view = new DataView(whole.buffer);
  whole.set(image);
  view.setUint32(image.length, 0, true);
  view.setUint32(image.length + 4, header - filled, true);
  view.setUint32(header, data.address, true);
  view.setUint32(header + 4, data.bytes.length, true);
  whole.set(data.bytes, offset);
  return whole;
}

/**
 * The constants behind an image that the mask ROM starts.
 * @param place where the image begins in the source, its length with checksum and digest, and where its room ends
 * @returns `null` when there are none, or something that is not of this kind
 * @throws FormatError when they are cut off or damaged; TransportError from the source
 */
export async function findMappedData(
  source: ByteSource,
  { image, memory }: Chip,
  { begin, length, end }: { readonly begin: number; readonly length: number; readonly end: number },
  signal?: AbortSignal,
): Promise<MappedSegment | null> {
  const { mmuPageBytes } = memory;
  const filling = await readHeader(source, begin + length, end, signal);
  if (filling === null || filling.address !== 0) return null;
  const header = length + SEGMENT_HEADER_BYTES + filling.length;
  const offset = header + SEGMENT_HEADER_BYTES;
  if ((image.offset + offset) % mmuPageBytes !== 0) return null;
  const found = await readHeader(source, begin + header, end, signal);
  if (found === null) return null;
  const { address } = found;
  if (memoryKind(memory, address, found.length) !== 'flash-data' || address % mmuPageBytes !== 0) return null;
  const from = begin + offset;
  const readable = Math.min(found.length, mmuPageBytes, end - from);
  const bytes = await source.read(from, from + readable, signal);
  if (!isMarked(bytes)) return null;
  if (readable < found.length || found.length % 4 !== 0 || !isSound(bytes)) {
    throw new FormatError(
      readable < found.length
        ? `It needs ${found.length} bytes and ${readable} are there.`
        : 'Its checksum is not that of its bytes: it is damaged.',
      { file: source.name, field: `mapped segment at ${hex(from)}`, remedy: WRITE_AGAIN },
    );
  }
  return { address, length: found.length, offset };
}

async function readHeader(
  source: ByteSource,
  at: number,
  end: number,
  signal: AbortSignal | undefined,
): Promise<{ address: number; length: number } | null> {
  if (at + SEGMENT_HEADER_BYTES > end) return null;
  const bytes = await source.read(at, at + SEGMENT_HEADER_BYTES, signal);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { address: view.getUint32(0, true), length: view.getUint32(4, true) };
}

function linkAgain({ name }: Chip): string {
  return `Link the firmware again for the ${name}.`;
}

function isMarked(bytes: Uint8Array): boolean {
  return bytes.length >= PREFIX_BYTES && word(bytes, 0) === MAGIC;
}

function isSound(bytes: Uint8Array): boolean {
  return word(bytes, 4) === crc32(bytes.subarray(PREFIX_BYTES));
}

function word(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true);
}
