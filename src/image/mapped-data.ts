/**
 * What a program leaves in flash and shows itself through the memory management unit: constants, and code behind them. It
 * follows the image that the mask ROM loads, outside its segment count, checksum and digest, in the way of esptool's
 * `--ram-only-header`: a filling segment at address 0, then the segment, whose data begin at a page of the mapping.
 * docs/flash-image.md has the bytes.
 */
import { crc32 } from '../shared/crc32.js';
import type { Chip, MemoryKind } from '../chips/chip.js';
import { FIRMWARE_FLASH_BYTES } from '../plan/boards.js';
import { FormatError } from '../shared/errors.js';
import { hex } from '../shared/hex.js';
import type { ByteSource } from '../source/byte-source.js';
import { SEGMENT_HEADER_BYTES } from './application-format.js';
import type { ElfSegment } from './elf.js';
import { memoryKind } from './memory-map.js';

/** What a linked program leaves in flash. */
export interface MappedData {
  /**
   * Where the program sees it as data: the beginning of a page of mapped flash. Instructions see it at the same place of
   * their window, as one table of pages serves both.
   */
  readonly address: number;
  /** Where it lies in flash: the beginning of a page. */
  readonly offset: number;
  /** {@link MAGIC}, the CRC-32 of what follows it, and that; a multiple of 4 bytes, at most {@link MOST_PAGES}. */
  readonly bytes: Uint8Array;
}

/** Where it is in an image that was read. */
export interface MappedSegment {
  readonly address: number;
  readonly length: number;
  /** From the start of the image. */
  readonly offset: number;
}

/** The data's first word, "S3MD": others append segments, too. */
const MAGIC = 0x444d3353;
const PREFIX_BYTES = 8;
/** As many pages as the flash's window has behind the longest model partition. */
const MOST_PAGES = 4;

const WRITE_AGAIN = 'Build or download the image again.';

/**
 * Puts what a program sees in mapped flash together: a segment of constants, and of code right behind it in flash.
 * @param segments by ascending offset in flash
 * @returns `undefined` when there are none, `null` when they are something else
 */
export function joinMapped(segments: readonly ElfSegment[], chip: Chip): MappedData | null | undefined {
  const [data, code, more] = segments;
  if (data === undefined) return undefined;
  const found = { address: data.seen, offset: data.address, bytes: data.bytes };
  if (!isSeenAs('flash-data', data, chip) || more !== undefined) return null;
  if (code === undefined) return found;
  const isBehind = code.address === data.address + data.bytes.length;
  if (!isSeenAs('flash-code', code, chip) || !isBehind || place(code, chip) !== place(data, chip))
    return null;
  const bytes = new Uint8Array(data.bytes.length + code.bytes.length);
  bytes.set(data.bytes);
  bytes.set(code.bytes, data.bytes.length);
  return { ...found, bytes };
}

function isSeenAs(kind: MemoryKind, { seen, bytes }: ElfSegment, { memory }: Chip): boolean {
  return memoryKind(memory, seen, bytes.length) === kind;
}

/** Where in its window a segment would see the beginning of the flash. */
function place({ seen, address }: ElfSegment, { memory }: Chip): number {
  const window = memory.regions.find(({ begin, end }) => begin <= seen && seen < end);
  return seen - (window?.begin ?? 0) - address;
}

/**
 * Checks what a program wants left in flash.
 * @param name of the program, for messages
 * @param chip that shows it
 * @throws FormatError when it cannot be shown where it is wanted, or is not what the program expects
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
  if (bytes.length % 4 !== 0 || bytes.length > MOST_PAGES * mmuPageBytes)
    throw broken(`${bytes.length} bytes are not words, or more than ${MOST_PAGES} pages of ${mmuPageBytes}.`);
  if (!isMarked(bytes)) throw broken('It has not the mark of what a program maps itself.');
  if (!isSound(bytes)) throw broken('Its checksum is not that of its bytes.');
}

/**
 * An image with what stays in flash behind it.
 * @param image sealed, for where the mask ROM starts
 * @param name of the program, for messages
 * @param chip that it is for
 * @throws FormatError when the image reaches into that; see {@link checkMappedData}
 */
export function appendMappedData(image: Uint8Array, data: MappedData, name: string, chip: Chip): Uint8Array {
  checkMappedData(data, name, chip);
  const offset = data.offset - chip.image.offset;
  const filled = image.length + SEGMENT_HEADER_BYTES;
  const header = offset - SEGMENT_HEADER_BYTES;
  if (filled > header) {
    throw new FormatError(
      `The image for the mask ROM ends at ${hex(chip.image.offset + image.length)} and leaves no room before what stays in flash at ${hex(data.offset)}.`,
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
 * What stays in flash behind an image that the mask ROM starts.
 * @param place where the image begins in the source, its length with checksum and digest, and where its room ends
 * @returns `null` when there is nothing, or something that is not of this kind
 * @throws FormatError when it is cut off or damaged; TransportError from the source
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
  const readable = Math.min(found.length, MOST_PAGES * mmuPageBytes, end - from);
  const bytes = await source.read(from, from + readable, signal);
  if (!isMarked(bytes)) return null;
  if (readable < found.length || found.length % 4 !== 0 || !isSound(bytes)) {
    throw new FormatError(
      readable < found.length
        ? `It needs ${found.length} bytes, of at most ${MOST_PAGES * mmuPageBytes}, and ${readable} are there.`
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
