/**
 * Reads and checks ESP application images: this project's, ESP-IDF applications and bootloaders. Nothing is kept but the
 * directory; the bytes pass through once, for checksum and digest.
 */
import type { Chip, MemoryKind } from '../chips/chip.js';
import { CHIPS, chipOfImage } from '../chips/index.js';
import { FormatError, UnsupportedError } from '../shared/errors.js';
import { hex } from '../shared/hex.js';
import type { ByteSource } from '../source/byte-source.js';
import {
  CHIP_NAMES,
  DIGEST_BYTES,
  FIELD,
  HEADER_BYTES,
  IMAGE_MAGIC,
  MAX_SEGMENTS,
  MAX_SEGMENT_BYTES,
  SEGMENT_HEADER_BYTES,
  checksum,
  checksumEnd,
} from './application-format.js';
import { startSha256, toHex } from './digest.js';
import { findMappedData, type MappedSegment } from './mapped-data.js';
import { decodeFlashSettings, type FlashSettings } from './flash-settings.js';
import { isExecutable, isFlashMapped, memoryKind } from './memory-map.js';

export interface ImageSegment {
  readonly address: number;
  readonly length: number;
  /** Of the segment's data, from the start of the image. */
  readonly offset: number;
  readonly kind: MemoryKind;
}

/** What an ESP-IDF application says about itself (`esp_app_desc_t`). Strings are printable ASCII. */
export interface ApplicationDescription {
  readonly project: string;
  readonly version: string;
  readonly idfVersion: string;
  readonly built: string;
}

export interface ApplicationImage {
  /** That the header names. */
  readonly chip: Chip;
  readonly entry: number;
  readonly settings: FlashSettings;
  /** Major × 100 + minor of the oldest and newest chip revision that it runs on. */
  readonly revisions: readonly [least: number, most: number];
  readonly segments: readonly ImageSegment[];
  readonly checksum: number;
  /** The appended SHA-256 in hexadecimal, `null` when there is none. Checked. */
  readonly digest: string | null;
  /** Bytes of the image, with checksum and digest. */
  readonly length: number;
  /** What the program left in flash behind the image and maps by itself; only looked for where the mask ROM starts. */
  readonly mapped: MappedSegment | null;
  /** Where the image ends with that. */
  readonly end: number;
  readonly description: ApplicationDescription | null;
}

const REMEDY = 'Build or download the image again.';

/** Bytes per read. */
const BLOCK_BYTES = 256 * 1024;

/** `esp_app_desc_t` stands first in the first segment of mapped flash data. */
const DESCRIPTION_MAGIC = 0xabcd5432;
const DESCRIPTION_BYTES = 144;

/**
 * Reads the image that begins at `offset`.
 * @param options.end where the image's room ends (end of its partition); the source's end when absent
 * @throws FormatError naming the field when it is damaged; UnsupportedError when it is for another chip; TransportError
 *   from the source
 */
export async function readApplicationImage(
  source: ByteSource,
  options: { offset?: number; end?: number; signal?: AbortSignal } = {},
): Promise<ApplicationImage> {
  const reader = new ImageReader(source, options.offset ?? 0, options.end ?? source.size, options.signal);
  return reader.read();
}

class ImageReader {
  private readonly hash = startSha256();
  /** Bytes read so far. */
  private at = 0;
  private sum: number | undefined;
  private description: ApplicationDescription | null = null;

  constructor(
    private readonly source: ByteSource,
    private readonly begin: number,
    private readonly end: number,
    private readonly signal: AbortSignal | undefined,
  ) {}

  async read(): Promise<ApplicationImage> {
    const header = await this.take(HEADER_BYTES, 'header');
    const { count, hasDigest, ...fields } = this.readHeader(header);
    const segments: ImageSegment[] = [];
    for (let index = 0; index < count; index++)
      segments.push(await this.readSegment(index, segments, fields.chip));

    const sealed = checksumEnd(this.at);
    const tail = await this.take(sealed - this.at, 'checksum');
    const stored = tail.at(-1) ?? 0;
    const computed = this.sum ?? checksum(new Uint8Array(0));
    if (stored !== computed) {
      throw this.broken(
        'checksum',
        `It is ${hex(stored)}, the segments give ${hex(computed)}: it is damaged.`,
      );
    }
    const digest = hasDigest ? await this.readDigest() : null;
    const home = segments.find(
      ({ address, length }) => address <= fields.entry && fields.entry < address + length,
    );
    if (home === undefined || !isExecutable(fields.chip.memory, home.address, home.length)) {
      throw this.broken('entry', `The address ${hex(fields.entry)} is in no segment of instruction memory.`);
    }
    const length = this.at;
    const mapped = await this.findMapped(fields.chip, length);
    return {
      ...fields,
      segments,
      checksum: stored,
      digest,
      length,
      mapped,
      end: mapped === null ? length : mapped.offset + mapped.length,
      description: this.description,
    };
  }

  /** At its own end only the image that the mask ROM starts has something; a file that holds it alone begins with it. */
  private async findMapped(chip: Chip, length: number): Promise<MappedSegment | null> {
    if (this.begin !== 0 && this.begin !== chip.image.offset) return null;
    const { source, begin, end, signal } = this;
    return findMappedData(source, chip, { begin, length, end }, signal);
  }

  private readHeader(header: Uint8Array): {
    chip: Chip;
    entry: number;
    settings: FlashSettings;
    revisions: readonly [number, number];
    count: number;
    hasDigest: boolean;
  } {
    const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
    if (view.getUint8(FIELD.magic) !== IMAGE_MAGIC) {
      throw this.broken('magic', `It begins with ${hex(view.getUint8(0))} instead of ${hex(IMAGE_MAGIC)}.`);
    }
    const chipId = view.getUint16(FIELD.chip, true);
    const chip = chipOfImage(chipId);
    if (chip === null) {
      throw new UnsupportedError(
        `The image is for ${CHIP_NAMES.get(chipId) ?? `a chip with id ${chipId}`}.`,
        {
          file: this.source.name,
          field: 'chip',
          remedy: `Build it for the ${CHIPS.map(({ name }) => name).join(' or the ')}.`,
        },
      );
    }
    const count = view.getUint8(FIELD.segmentCount);
    if (count < 1 || count > MAX_SEGMENTS)
      throw this.broken('segment count', `${count} segments, not 1 to ${MAX_SEGMENTS}.`);
    const [mode, sizeAndFrequency] = [view.getUint8(FIELD.mode), view.getUint8(FIELD.sizeAndFrequency)];
    const settings = decodeFlashSettings(mode, sizeAndFrequency, chip);
    if (settings === null)
      throw this.broken('flash settings', `${hex(mode)} and ${hex(sizeAndFrequency)} mean nothing.`);
    const digestAppended = view.getUint8(FIELD.digestAppended);
    if (digestAppended > 1) throw this.broken('digest flag', `${digestAppended} is neither 0 nor 1.`);
    return {
      chip,
      entry: view.getUint32(FIELD.entry, true),
      settings,
      revisions: [view.getUint16(FIELD.minRevision, true), view.getUint16(FIELD.maxRevision, true)],
      count,
      hasDigest: digestAppended === 1,
    };
  }

  private async readSegment(
    index: number,
    before: readonly ImageSegment[],
    { name, memory }: Chip,
  ): Promise<ImageSegment> {
    const field = `segment ${index}`;
    const header = await this.take(SEGMENT_HEADER_BYTES, field);
    const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
    const [address, length] = [view.getUint32(0, true), view.getUint32(4, true)];
    const offset = this.at;
    if (address % 4 !== 0 || length % 4 !== 0)
      throw this.broken(field, `Address ${hex(address)} or length ${length} is not a multiple of 4.`);
    if (length > MAX_SEGMENT_BYTES) throw this.broken(field, `${length} bytes are too many.`);
    const kind = memoryKind(memory, address, length);
    if (kind === null) {
      throw this.broken(field, `${length} bytes at ${hex(address)} are not in the memory of an ${name}.`);
    }
    if (isFlashMapped(kind) && offset % memory.mmuPageBytes !== address % memory.mmuPageBytes) {
      throw this.broken(field, `Offset ${hex(offset)} and address ${hex(address)} differ within the page.`);
    }
    this.need(length, field);
    const first = kind === 'flash-data' && !before.some((segment) => segment.kind === 'flash-data');
    for (let left = length; left > 0;) {
      const block = await this.take(Math.min(left, BLOCK_BYTES), field);
      if (first && left === length) this.description = readDescription(block);
      this.sum = checksum(block, this.sum);
      left -= block.length;
    }
    return { address, length, offset, kind };
  }

  private async readDigest(): Promise<string> {
    const computed = toHex(this.hash.finish());
    this.need(DIGEST_BYTES, 'digest');
    const from = this.begin + this.at;
    const stored = toHex(await this.source.read(from, from + DIGEST_BYTES, this.signal));
    this.at += DIGEST_BYTES;
    if (stored !== computed) {
      throw this.broken('digest', `It is ${stored}, the bytes give ${computed}: the image is damaged.`);
    }
    return stored;
  }

  private need(length: number, field: string): void {
    if (this.begin + this.at + length <= this.end) return;
    throw this.broken(
      field,
      `It needs ${length} bytes at ${hex(this.begin + this.at)}; the image's room ends at ${hex(this.end)}: it is cut off.`,
    );
  }

  /** The next bytes, entered into the digest. */
  private async take(length: number, field: string): Promise<Uint8Array> {
    this.need(length, field);
    const from = this.begin + this.at;
    const bytes = await this.source.read(from, from + length, this.signal);
    this.hash.update(bytes);
    this.at += length;
    return bytes;
  }

  private broken(field: string, problem: string): FormatError {
    const where = this.begin === 0 ? field : `image at ${hex(this.begin)}, ${field}`;
    return new FormatError(problem, { file: this.source.name, field: where, remedy: REMEDY });
  }
}

function readDescription(bytes: Uint8Array): ApplicationDescription | null {
  if (bytes.length < DESCRIPTION_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== DESCRIPTION_MAGIC) return null;
  return {
    version: printable(bytes.subarray(16, 48)),
    project: printable(bytes.subarray(48, 80)),
    built: `${printable(bytes.subarray(96, 112))} ${printable(bytes.subarray(80, 96))}`.trim(),
    idfVersion: printable(bytes.subarray(112, 144)),
  };
}

/** Text up to the first zero; whatever is not printable ASCII becomes a dot, since a terminal would obey it. */
export function printable(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Array.from(end < 0 ? bytes : bytes.subarray(0, end), (code) =>
    code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : '.',
  ).join('');
}
