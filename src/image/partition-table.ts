/**
 * Writes, reads and checks partition tables in ESP-IDF's binary format: rows of 32 bytes, then a row with the MD5 of all
 * before it, then erased flash. The rules are those of ESP-IDF's `gen_esp32part.py`.
 */
import { FormatError } from '../shared/errors.js';
import { printable } from './application-reader.js';
import { hex } from '../shared/hex.js';
import { md5Of, toHex } from './digest.js';
import {
  DATA_SUBTYPE,
  NVS_LEAST_BYTES,
  OTA_DATA_BYTES,
  PARTITION_TYPE,
  offsetAlignment,
  sizeAlignment,
} from './partition-types.js';

export interface Partition {
  /** At most 16 printable ASCII characters. */
  readonly name: string;
  readonly type: number;
  readonly subtype: number;
  /** In flash, in bytes. */
  readonly offset: number;
  readonly size: number;
  readonly encrypted: boolean;
  readonly readOnly: boolean;
}

export interface PartitionTable {
  readonly partitions: readonly Partition[];
  /** Whether the table carries its MD5; a wrong one is refused. */
  readonly hasDigest: boolean;
}

/** Where ESP-IDF's bootloader and all tools look for the table by default. */
export const TABLE_OFFSET = 0x8000;
/** The table has a flash sector of its own. */
export const TABLE_SECTOR_BYTES = 0x1000;
/** The last KiB of the sector is left to signatures. */
export const TABLE_BYTES = 0xc00;

const ROW_BYTES = 32;
/** The last two rows are the MD5 and the end mark. */
export const MAX_PARTITIONS = TABLE_BYTES / ROW_BYTES - 2;
const NAME_BYTES = 16;
const ROW_MAGIC = 0x50aa;
const DIGEST_MAGIC = 0xebeb;
const ENCRYPTED = 1;
const READ_ONLY = 2;

const REMEDY = 'Correct the partition table, or build the image again.';

/** How a table is judged. */
export interface TableRules {
  /** For messages. */
  readonly file: string;
  /** Capacity of the flash in bytes; ends are not checked when absent. */
  readonly flashBytes?: number;
  /** Where the table itself lies. */
  readonly tableOffset?: number;
}

/**
 * A table with its MD5 row, {@link TABLE_BYTES} long.
 * @throws FormatError when the partitions break a rule
 */
export function encodePartitionTable(partitions: readonly Partition[], rules: TableRules): Uint8Array {
  if (partitions.length > MAX_PARTITIONS)
    throw broken(rules, 'rows', `${partitions.length} partitions, more than ${MAX_PARTITIONS}.`);
  checkPartitions(partitions, rules);
  const bytes = new Uint8Array(TABLE_BYTES).fill(0xff);
  const view = new DataView(bytes.buffer);
  for (const [index, partition] of partitions.entries()) {
    const at = ROW_BYTES * index;
    view.setUint16(at, ROW_MAGIC, true);
    view.setUint8(at + 2, partition.type);
    view.setUint8(at + 3, partition.subtype);
    view.setUint32(at + 4, partition.offset, true);
    view.setUint32(at + 8, partition.size, true);
    bytes.fill(0, at + 12, at + 12 + NAME_BYTES);
    bytes.set(new TextEncoder().encode(partition.name), at + 12);
    view.setUint32(
      at + 28,
      (partition.encrypted ? ENCRYPTED : 0) | (partition.readOnly ? READ_ONLY : 0),
      true,
    );
  }
  const end = ROW_BYTES * partitions.length;
  view.setUint16(end, DIGEST_MAGIC, true);
  bytes.set(md5Of(bytes.subarray(0, end)), end + 16);
  return bytes;
}

/** Whether a table begins there, as far as its first row tells. */
export function looksLikeTable(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === (ROW_MAGIC & 0xff) && bytes[1] === ROW_MAGIC >> 8;
}

/**
 * Reads and checks a table.
 * @param bytes from the table's start; {@link TABLE_BYTES} are looked at
 * @throws FormatError naming the row or partition
 */
export function readPartitionTable(bytes: Uint8Array, rules: TableRules): PartitionTable {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rows = Math.min(Math.floor(bytes.length / ROW_BYTES), TABLE_BYTES / ROW_BYTES);
  const partitions: Partition[] = [];
  let hasDigest = false;
  for (let row = 0; row < rows; row++) {
    const at = ROW_BYTES * row;
    const content = bytes.subarray(at, at + ROW_BYTES);
    if (content.every((byte) => byte === 0xff)) {
      if (partitions.length === 0) throw broken(rules, `row ${row}`, 'The table is empty.');
      checkPartitions(partitions, rules);
      return { partitions, hasDigest };
    }
    if (hasDigest) throw broken(rules, `row ${row}`, 'A row follows the MD5, which does not cover it.');
    const magic = view.getUint16(at, true);
    if (magic === DIGEST_MAGIC) {
      const computed = toHex(md5Of(bytes.subarray(0, at)));
      if (toHex(content.subarray(16)) !== computed)
        throw broken(
          rules,
          'MD5',
          `The rows give ${computed}, which is not what stands there: it is damaged.`,
        );
      hasDigest = true;
    } else if (magic === ROW_MAGIC) {
      partitions.push(readRow(content, row, rules));
    } else {
      throw broken(rules, `row ${row}`, `It begins with ${hex(magic)} instead of ${hex(ROW_MAGIC)}.`);
    }
  }
  throw broken(rules, 'end', 'The table has no end: it is cut off or damaged.');
}

function readRow(content: Uint8Array, row: number, rules: TableRules): Partition {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const field = content.subarray(12, 12 + NAME_BYTES);
  const name = printable(field);
  const end = field.indexOf(0);
  if (new TextDecoder('latin1').decode(end < 0 ? field : field.subarray(0, end)) !== name) {
    throw broken(rules, `row ${row}`, `The name "${name}" contains more than printable ASCII.`);
  }
  const flags = view.getUint32(28, true);
  if ((flags & ~(ENCRYPTED | READ_ONLY)) !== 0)
    throw broken(rules, `row ${row}`, `The flags ${hex(flags)} are unknown.`);
  return {
    name,
    type: view.getUint8(2),
    subtype: view.getUint8(3),
    offset: view.getUint32(4, true),
    size: view.getUint32(8, true),
    encrypted: (flags & ENCRYPTED) !== 0,
    readOnly: (flags & READ_ONLY) !== 0,
  };
}

/**
 * The rules that hold between partitions, whoever wrote them.
 * @throws FormatError naming the partition
 */
export function checkPartitions(partitions: readonly Partition[], rules: TableRules): void {
  const names = new Set<string>();
  for (const partition of partitions) {
    checkPartition(partition, rules);
    const { name } = partition;
    if (names.has(name)) throw broken(rules, `partition "${name}"`, 'Two partitions have this name.');
    names.add(name);
  }
  const sorted = [...partitions].sort((a, b) => a.offset - b.offset);
  for (const [index, partition] of sorted.entries()) {
    const previous = sorted[index - 1];
    if (previous !== undefined && previous.offset + previous.size > partition.offset) {
      throw broken(rules, `partition "${partition.name}"`, `It overlaps "${previous.name}".`);
    }
  }
  const otaData = partitions.filter(({ type, subtype }) => {
    return type === PARTITION_TYPE.data && subtype === DATA_SUBTYPE.ota;
  });
  const wrong = otaData.find(({ size }) => size !== OTA_DATA_BYTES) ?? otaData[1];
  if (wrong !== undefined) {
    throw broken(
      rules,
      `partition "${wrong.name}"`,
      `There may be one of subtype ota, of ${OTA_DATA_BYTES} bytes.`,
    );
  }
}

function checkPartition(partition: Partition, rules: TableRules): void {
  const { name, type, subtype, offset, size } = partition;
  const fail = (problem: string): FormatError => broken(rules, `partition "${name}"`, problem);
  if (!/^[\x20-\x7e]{1,16}$/.test(name)) throw fail('The name is not 1 to 16 printable ASCII characters.');
  if (![type, subtype].every((code) => Number.isInteger(code) && code >= 0 && code <= 0xff))
    throw fail(`Type ${type} and subtype ${subtype} are not bytes.`);
  if (size <= 0 || !Number.isInteger(size) || !Number.isInteger(offset) || offset + size > 2 ** 32)
    throw fail(`${size} bytes at ${offset} are not possible.`);
  if (offset % offsetAlignment(type) !== 0)
    throw fail(`It begins at ${hex(offset)}, not at a multiple of ${hex(offsetAlignment(type))}.`);
  if (size % sizeAlignment(type) !== 0)
    throw fail(`Its size ${hex(size)} is not a multiple of ${hex(sizeAlignment(type))}.`);
  if (type === PARTITION_TYPE.data && subtype === DATA_SUBTYPE.nvs) {
    if (size < NVS_LEAST_BYTES && !partition.readOnly)
      throw fail(`${size} bytes are too few to write to; ${NVS_LEAST_BYTES} are needed.`);
  }
  if (type === PARTITION_TYPE.data && (subtype === DATA_SUBTYPE.ota || subtype === DATA_SUBTYPE.coredump)) {
    if (partition.readOnly) throw fail('A partition of this subtype cannot be read-only.');
  }
  const tableOffset = rules.tableOffset ?? TABLE_OFFSET;
  const firstFree = tableOffset + TABLE_SECTOR_BYTES;
  // Rows may describe the bootloader and the table themselves, which lie before everything else.
  const describesStart = type === PARTITION_TYPE.bootloader || type === PARTITION_TYPE.partitionTable;
  if (offset < firstFree && !describesStart)
    throw fail(`It begins at ${hex(offset)}, before the end of the table at ${hex(firstFree)}.`);
  if (rules.flashBytes !== undefined && offset + size > rules.flashBytes) {
    throw fail(`It ends at ${hex(offset + size)}; the flash ends at ${hex(rules.flashBytes)}.`);
  }
}

function broken(rules: TableRules, field: string, problem: string): FormatError {
  return new FormatError(problem, { file: rules.file, field: `partition table, ${field}`, remedy: REMEDY });
}
