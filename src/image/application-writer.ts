/**
 * Writes an ESP application image from memory segments: what the mask ROM copies into RAM and starts.
 *
 * Such an image begins where the mask ROM looks for it and is one piece, but the partition table has its place at 0x8000,
 * inside any image of more than 32 KiB. Therefore something can be inlaid: a segment of its own whose data comes to lie at a given
 * offset and is loaded where nothing else is. The mask ROM reads past it, other tools find it in its place, and the
 * checksums cover it.
 */
import type { Chip } from '../chips/chip.js';
import { FormatError } from '../shared/errors.js';
import { hex } from '../shared/hex.js';
import {
  ANY_REVISION,
  CHECKSUM_ROW,
  DIGEST_BYTES,
  FIELD,
  HEADER_BYTES,
  IMAGE_MAGIC,
  MAX_SEGMENTS,
  MAX_SEGMENT_BYTES,
  SEGMENT_HEADER_BYTES,
  WP_PIN_UNUSED,
  checksum,
  checksumEnd,
} from './application-format.js';
import { sha256Of } from './digest.js';
import { encodeFlashSettings, type FlashSettings } from './flash-settings.js';
import { findScratch, isExecutable, loadProblem, memoryBehind, overlaps } from './memory-map.js';

/** Bytes and the memory address that they are loaded to. */
export interface LoadSegment {
  /** A multiple of 4. */
  readonly address: number;
  /** Padded with zeros to a multiple of 4 when it is none. */
  readonly bytes: Uint8Array;
}

/** What is laid into an image at a fixed place, when the image reaches that far. */
export interface Inlay {
  /** Offset of the first byte from the start of the image, a multiple of 4. */
  readonly offset: number;
  /** A multiple of 4 bytes. */
  readonly bytes: Uint8Array;
}

export interface ApplicationParts {
  /** Where the segments come from, for messages. */
  readonly name: string;
  readonly chip: Chip;
  readonly entry: number;
  readonly segments: readonly LoadSegment[];
  readonly settings: FlashSettings;
  readonly inlay?: Inlay;
}

export interface WrittenApplication {
  readonly bytes: Uint8Array;
  /** Whether the image reached the inlay's offset and therefore contains it. */
  readonly inlaid: boolean;
}

/**
 * An inlay is preceded by filling when no segment is left to fill the gap before it. The gap is smaller than checksum row
 * and digest, or these would have ended before the inlay.
 */
const MAX_FILLING = CHECKSUM_ROW + DIGEST_BYTES;

const REMEDY = 'Change the linker script of the firmware.';

/**
 * Lays out, checks and seals an image. The same parts give the same bytes.
 * @throws FormatError when a segment lies where it cannot be loaded, segments overlap, there are too many, or the entry
 *   is in none; UsageError for impossible flash settings
 */
export function writeApplicationImage(parts: ApplicationParts): WrittenApplication {
  const segments = prepareSegments(parts);
  const placed = placeSegments(parts, segments);
  if (placed.segments.length > MAX_SEGMENTS) {
    throw broken(parts, 'segments', `There are ${placed.segments.length}, more than ${MAX_SEGMENTS}.`);
  }
  const bytes = new Uint8Array(checksumEnd(placed.end) + DIGEST_BYTES);
  const view = new DataView(bytes.buffer);
  const [mode, sizeAndFrequency] = encodeFlashSettings(parts.settings, parts.chip);
  view.setUint8(FIELD.magic, IMAGE_MAGIC);
  view.setUint8(FIELD.segmentCount, placed.segments.length);
  view.setUint8(FIELD.mode, mode);
  view.setUint8(FIELD.sizeAndFrequency, sizeAndFrequency);
  view.setUint32(FIELD.entry, parts.entry, true);
  view.setUint8(FIELD.wpPin, WP_PIN_UNUSED);
  view.setUint16(FIELD.chip, parts.chip.image.chipId, true);
  view.setUint16(FIELD.maxRevision, ANY_REVISION, true);
  view.setUint8(FIELD.digestAppended, 1);

  let at = HEADER_BYTES;
  let sum: number | undefined;
  for (const segment of placed.segments) {
    view.setUint32(at, segment.address, true);
    view.setUint32(at + 4, segment.bytes.length, true);
    bytes.set(segment.bytes, at + SEGMENT_HEADER_BYTES);
    at += SEGMENT_HEADER_BYTES + segment.bytes.length;
    sum = checksum(segment.bytes, sum);
  }
  const sealed = checksumEnd(at);
  bytes[sealed - 1] = sum ?? 0;
  bytes.set(sha256Of(bytes.subarray(0, sealed)), sealed);
  return { bytes, inlaid: placed.inlaid };
}

function broken(parts: Pick<ApplicationParts, 'name'>, field: string, problem: string): FormatError {
  return new FormatError(problem, { file: parts.name, field, remedy: REMEDY });
}

/** Sorts, pads, joins neighbours, and checks every address. */
function prepareSegments(parts: ApplicationParts): LoadSegment[] {
  const joined: LoadSegment[] = [];
  for (const segment of [...parts.segments].sort((a, b) => a.address - b.address)) {
    if (segment.bytes.length === 0) continue;
    const last = joined.at(-1);
    if (last !== undefined && last.address + last.bytes.length === segment.address) {
      joined[joined.length - 1] = { address: last.address, bytes: concat([last.bytes, segment.bytes]) };
    } else {
      joined.push(segment);
    }
  }
  const segments = joined.map(({ address, bytes }) => ({ address, bytes: padToWords(bytes) }));
  if (segments.length === 0) throw broken(parts, 'segments', 'There is nothing to load.');
  for (const { address, bytes } of segments) {
    const field = `segment at ${hex(address)}`;
    if (address % 4 !== 0) throw broken(parts, field, 'The address is not a multiple of 4.');
    if (bytes.length > MAX_SEGMENT_BYTES) throw broken(parts, field, `${bytes.length} bytes are too many.`);
    const problem = loadProblem(parts.chip, address, bytes.length);
    if (problem !== null)
      throw broken(parts, field, `${bytes.length} bytes cannot be loaded there: ${problem}.`);
  }
  refuseOverlaps(parts, segments);
  const home = segments.find(({ address, bytes }) => {
    return address <= parts.entry && parts.entry < address + bytes.length;
  });
  if (home === undefined || !isExecutable(parts.chip.memory, home.address, home.bytes.length)) {
    throw broken(parts, 'entry', `The address ${hex(parts.entry)} is in no segment of instruction memory.`);
  }
  return segments;
}

function refuseOverlaps(parts: ApplicationParts, segments: readonly LoadSegment[]): void {
  const pieces = segments
    .flatMap(({ address, bytes }) =>
      memoryBehind(parts.chip.memory, address, bytes.length).map((interval) => ({ address, interval })),
    )
    .sort((a, b) => a.interval.begin - b.interval.begin);
  for (const [index, piece] of pieces.entries()) {
    const previous = pieces[index - 1];
    if (previous !== undefined && overlaps(previous.interval, piece.interval)) {
      throw broken(
        parts,
        `segment at ${hex(piece.address)}`,
        `It is loaded over the segment at ${hex(previous.address)}.`,
      );
    }
  }
}

function placeSegments(
  parts: ApplicationParts,
  segments: readonly LoadSegment[],
): { segments: LoadSegment[]; end: number; inlaid: boolean } {
  const plainEnd = segments.reduce(
    (end, { bytes }) => end + SEGMENT_HEADER_BYTES + bytes.length,
    HEADER_BYTES,
  );
  const { inlay } = parts;
  if (inlay === undefined || checksumEnd(plainEnd) + DIGEST_BYTES <= inlay.offset) {
    return { segments: [...segments], end: plainEnd, inlaid: false };
  }
  if (
    inlay.offset % 4 !== 0 ||
    inlay.bytes.length % 4 !== 0 ||
    inlay.offset < HEADER_BYTES + SEGMENT_HEADER_BYTES
  ) {
    throw new RangeError(`an inlay of ${inlay.bytes.length} bytes at ${inlay.offset} is not possible`);
  }
  const scratch = findScratch(
    parts.chip.memory,
    segments.map(({ address, bytes }) => ({ begin: address, end: address + bytes.length })),
    inlay.bytes.length + MAX_FILLING,
  );
  if (scratch === null) {
    throw broken(
      parts,
      'segments',
      `They leave no ${inlay.bytes.length} bytes of SRAM free while they load.`,
    );
  }

  const placed: LoadSegment[] = [];
  let end = HEADER_BYTES;
  const put = (segment: LoadSegment): void => {
    placed.push(segment);
    end += SEGMENT_HEADER_BYTES + segment.bytes.length;
  };
  const putInlay = (): void => {
    const filling = new Uint8Array(inlay.offset - SEGMENT_HEADER_BYTES - end).fill(0xff);
    put({ address: scratch, bytes: concat([filling, inlay.bytes]) });
  };
  let inlaid = false;
  for (const segment of segments) {
    let { address, bytes } = segment;
    // Room for the next segment, its header included, so that the inlay's header still fits before the inlay.
    const room = inlay.offset - SEGMENT_HEADER_BYTES - end;
    if (!inlaid && SEGMENT_HEADER_BYTES + bytes.length > room) {
      const piece = room - SEGMENT_HEADER_BYTES;
      if (piece > 0) {
        put({ address, bytes: bytes.subarray(0, piece) });
        address += piece;
        bytes = bytes.subarray(piece);
      }
      putInlay();
      inlaid = true;
    }
    if (bytes.length > 0) put({ address, bytes });
  }
  if (!inlaid) putInlay();
  return { segments: placed, end, inlaid: true };
}

function padToWords(bytes: Uint8Array): Uint8Array {
  if (bytes.length % 4 === 0) return bytes;
  const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  padded.set(bytes);
  return padded;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
