/** The container of a package: header and section table, each section directly behind the one before it. */
import { alignUp } from '../schema/encodings.js';
import {
  HEADER,
  MAGIC,
  PACKAGE_VERSION,
  SECTION,
  SECTION_ALIGNMENT,
  SECTION_ENTRY,
  SECTION_REQUIRED,
  fourccText,
} from '../schema/package.js';
import { readRecord } from '../schema/record.js';
import { FormatError } from '../shared/errors.js';
import type { ByteSource } from '../source/byte-source.js';
import { crc32 } from '../shared/crc32.js';
import { within, type Fail } from './fail.js';

export interface PackageSection {
  /** Four characters. */
  readonly kind: string;
  readonly required: boolean;
  readonly offset: number;
  readonly length: number;
  readonly crc: number;
}

export interface PackageTable {
  readonly version: readonly [number, number];
  readonly totalLength: number;
  readonly sections: readonly PackageSection[];
}

/** Kinds that this program knows, and whether every package has them. */
const KNOWN = new Map(Object.values(SECTION).map(({ kind, needed }) => [fourccText(kind), needed] as const));

/**
 * Reads header and section table.
 * @throws FormatError for a version that this program does not read; else what `fail` makes, or the source
 */
export async function readSections(
  source: ByteSource,
  fail: Fail,
  signal: AbortSignal | undefined,
): Promise<PackageTable> {
  if (source.size < HEADER.bytes)
    throw fail('header', `The file has ${source.size} bytes; a package has at least ${HEADER.bytes}.`);
  const head = await source.read(0, HEADER.bytes, signal);
  const version = checkVersion(viewOf(head), source.name, fail);
  const header = readRecord(HEADER, viewOf(head), 0, within(fail, 'header'));
  const { totalLength, sectionCount, tableEnd } = header;
  if (totalLength !== source.size) {
    throw fail(
      'total length',
      `The package says ${totalLength} bytes, the file has ${source.size}: ${source.size < totalLength ? 'it is cut off' : 'something follows it'}.`,
    );
  }
  if (tableEnd !== HEADER.bytes + SECTION_ENTRY.bytes * sectionCount || tableEnd > totalLength)
    throw fail(
      'section table',
      `The table ends at ${tableEnd}, which does not fit ${sectionCount} sections.`,
    );
  const table = await source.read(HEADER.bytes, tableEnd, signal);
  if (headerChecksum(head, table) !== header.checksum)
    throw fail('header', 'The checksum of the header does not match: the file is damaged.');
  return { version, totalLength, sections: readTable(viewOf(table), header, fail) };
}

/** The checksum of a header, of the bytes before it and the section table. */
export function headerChecksum(head: Uint8Array, table: Uint8Array): number {
  return crc32(table, crc32(head.subarray(0, HEADER.fields.checksum.offset)));
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function checkVersion(head: DataView, file: string, fail: Fail): readonly [number, number] {
  const { magic, majorVersion, minorVersion } = HEADER.fields;
  if (head.getUint32(magic.offset, true) !== MAGIC)
    throw fail('magic', 'This is not a model package (it does not begin with "S3LM").');
  const major = head.getUint16(majorVersion.offset, true);
  const minor = head.getUint16(minorVersion.offset, true);
  if (major === PACKAGE_VERSION.major) return [major, minor];
  const isOlder = major < PACKAGE_VERSION.major;
  throw new FormatError(
    `The package has format version ${major}.${minor}, ${isOlder ? 'made by an older version of this program' : 'of a newer version of this program'}; this one reads version ${PACKAGE_VERSION.major}.`,
    {
      file,
      field: 'version',
      remedy: isOlder ? 'Convert the model again.' : 'Update this program.',
    },
  );
}

function readTable(
  view: DataView,
  { totalLength, sectionCount, tableEnd }: { totalLength: number; sectionCount: number; tableEnd: number },
  fail: Fail,
): PackageSection[] {
  const sections: PackageSection[] = [];
  let expected = alignUp(tableEnd, SECTION_ALIGNMENT);
  for (let index = 0; index < sectionCount; index++) {
    const section = readEntry(view, SECTION_ENTRY.bytes * index, fail);
    const field = `section ${section.kind}`;
    if (sections.some(({ kind }) => kind === section.kind)) throw fail(field, 'The section occurs twice.');
    if (section.offset !== expected)
      throw fail(field, `It begins at ${section.offset} instead of ${expected}.`);
    const end = section.offset + section.length;
    if (end > totalLength) throw fail(field, `It ends at ${end}, after the file.`);
    expected = alignUp(end, SECTION_ALIGNMENT);
    sections.push(section);
  }
  if (expected !== totalLength)
    throw fail('total length', `The sections end at ${expected}, the file at ${totalLength}.`);
  for (const [kind, needed] of KNOWN) {
    if (needed && !sections.some((section) => section.kind === kind))
      throw fail(kind, 'The section is missing.');
  }
  return sections;
}

function readEntry(view: DataView, at: number, fail: Fail): PackageSection {
  const raw = view.getUint32(at + SECTION_ENTRY.fields.kind.offset, true);
  const kind = fourccText(raw);
  const place = `section ${kind}`;
  for (const shift of [0, 8, 16, 24]) {
    const code = (raw >>> shift) & 0xff;
    if (code < 0x20 || code > 0x7e) throw fail(place, 'Its kind is not four printable characters.');
  }
  const { flags, offset, length, checksum } = readRecord(SECTION_ENTRY, view, at, within(fail, place));
  const required = flags === SECTION_REQUIRED;
  const needed = KNOWN.get(kind);
  if (needed === undefined && required)
    throw fail(place, 'This version does not know a section that the package says is needed.');
  if (needed === true && !required) throw fail(place, 'Every package needs it, and it is not marked so.');
  return { kind, required, offset, length, crc: checksum };
}
