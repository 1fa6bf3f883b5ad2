/**
 * The directory of a zip archive: where its members are and how they are packed, of archives up to any size.
 * Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (4.3: end records, central directory, local headers).
 */
import { FormatError } from '../shared/errors.js';
import type { ByteSource } from './byte-source.js';

/** A member of the archive. */
export interface ZipMember {
  readonly name: string;
  /** Bytes of its content. */
  readonly size: number;
  /** Bytes that it takes in the archive. */
  readonly packed: number;
  /** 0 is stored as it is, 8 is deflate. */
  readonly method: number;
  readonly encrypted: boolean;
  /** CRC-32 of its content. */
  readonly crc: number;
  /** Where its local header begins; the content follows it. */
  readonly header: number;
}

const END_BYTES = 22;
const END64_LOCATOR_BYTES = 20;
const MAX_COMMENT_BYTES = 0xffff;
const LOCAL_BYTES = 30;

/** Longest directory: a member of torch.save takes some 80 bytes, so this is far beyond any number of tensors. */
const MAX_DIRECTORY_BYTES = 64 * 1024 * 1024;

const END_SIGNATURE = 0x06054b50;
const END64_LOCATOR_SIGNATURE = 0x07064b50;
const END64_SIGNATURE = 0x06064b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;

/** In place of a number that stands in the extension for archives of more than 4 GiB. */
const ELSEWHERE = 0xffffffff;

const REMEDY = 'The file is damaged or its download was cut off; download it again.';

/**
 * Reads the directory.
 * @throws FormatError when there is none, or it is damaged; TransportError
 */
export async function readZipDirectory(source: ByteSource, signal?: AbortSignal): Promise<ZipMember[]> {
  const tailBegin = Math.max(0, source.size - END_BYTES - END64_LOCATOR_BYTES - MAX_COMMENT_BYTES);
  const tail = await source.read(tailBegin, source.size, signal);
  const view = viewOf(tail);
  let end = tail.length - END_BYTES;
  while (end >= 0 && view.getUint32(end, true) !== END_SIGNATURE) end--;
  if (end < 0) throw broken(source, 'The directory at the end of the archive is missing.');
  let bytes = view.getUint32(end + 12, true);
  let begin = view.getUint32(end + 16, true);
  const locator = end - END64_LOCATOR_BYTES;
  if (locator >= 0 && view.getUint32(locator, true) === END64_LOCATOR_SIGNATURE) {
    const at = whole(view.getBigUint64(locator + 8, true));
    if (at + 56 > source.size)
      throw broken(source, 'The end record of the archive lies outside of the file.');
    const record = viewOf(await source.read(at, at + 56, signal));
    if (record.getUint32(0, true) !== END64_SIGNATURE)
      throw broken(source, 'The end record of the archive is not where it should be.');
    bytes = whole(record.getBigUint64(40, true));
    begin = whole(record.getBigUint64(48, true));
  }
  if (bytes > MAX_DIRECTORY_BYTES)
    throw broken(
      source,
      `The directory of the archive has ${bytes} bytes; at most ${MAX_DIRECTORY_BYTES} are read.`,
    );
  if (begin + bytes > source.size)
    throw broken(source, 'The directory of the archive lies outside of the file.');
  return readEntries(source, await source.read(begin, begin + bytes, signal));
}

function readEntries(source: ByteSource, directory: Uint8Array): ZipMember[] {
  const view = viewOf(directory);
  const members: ZipMember[] = [];
  for (let at = 0; at < directory.length;) {
    if (at + 46 > directory.length || view.getUint32(at, true) !== ENTRY_SIGNATURE)
      throw broken(source, 'An entry in the directory of the archive is damaged.');
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const next = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
    if (next > directory.length) throw broken(source, 'An entry in the directory of the archive is cut off.');
    const name = new TextDecoder().decode(directory.subarray(at + 46, at + 46 + nameLength));
    const extra = new DataView(directory.buffer, directory.byteOffset + at + 46 + nameLength, extraLength);
    const [size, packed, header] = largeNumbers(extra, [
      view.getUint32(at + 24, true),
      view.getUint32(at + 20, true),
      view.getUint32(at + 42, true),
    ]);
    if (header + LOCAL_BYTES + packed > source.size)
      throw broken(source, `${JSON.stringify(name.slice(0, 200))} lies outside of the file.`);
    members.push({
      name,
      size,
      packed,
      method: view.getUint16(at + 10, true),
      encrypted: (view.getUint16(at + 8, true) & 1) !== 0,
      crc: view.getUint32(at + 16, true),
      header,
    });
    at = next;
  }
  return members;
}

/** Size, packed size and place of the header, from the extension where they are larger than their fields. */
function largeNumbers(
  extra: DataView,
  [size, packed, header]: readonly [number, number, number],
): readonly [number, number, number] {
  for (let at = 0; at + 4 <= extra.byteLength;) {
    const length = extra.getUint16(at + 2, true);
    if (extra.getUint16(at, true) === 1 && at + 4 + length <= extra.byteLength) {
      let field = at + 4;
      const take = (value: number): number => {
        if (value !== ELSEWHERE || field + 8 > at + 4 + length) return value;
        field += 8;
        return whole(extra.getBigUint64(field - 8, true));
      };
      // In this order, each only where its field has no room for it.
      return [take(size), take(packed), take(header)];
    }
    at += 4 + length;
  }
  return [size, packed, header];
}

/**
 * Where the content of a member begins.
 * @throws FormatError when its header is not where the directory says; TransportError
 */
export async function memberBegin(
  source: ByteSource,
  member: ZipMember,
  signal?: AbortSignal,
): Promise<number> {
  const view = viewOf(await source.read(member.header, member.header + LOCAL_BYTES, signal));
  const begin = member.header + LOCAL_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
  if (view.getUint32(0, true) !== LOCAL_SIGNATURE || begin + member.packed > source.size)
    throw broken(source, `The header of ${JSON.stringify(member.name.slice(0, 200))} is damaged.`);
  return begin;
}

function broken(source: ByteSource, problem: string): FormatError {
  return new FormatError(problem, { file: source.name, remedy: REMEDY, code: 'broken-file' });
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A number of 64 bits; one that no file can have becomes one that no file reaches. */
function whole(value: bigint): number {
  return Number(value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : value);
}
