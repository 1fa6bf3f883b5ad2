/** Reads a flash image back, from this tool or another: what starts, the partition table, and what lies in each partition. */
import { readPackage, type ModelPackage } from '../package/reader.js';
import { HEADER, MAGIC as PACKAGE_MAGIC } from '../schema/package.js';
import { FormatError } from '../shared/errors.js';
import { hex } from '../shared/hex.js';
import type { ByteSource } from '../source/byte-source.js';
import { readApplicationImage, type ApplicationImage } from './application-reader.js';
import { bootHeadBytes, bootOffset } from './boot-offset.js';
import { isErased } from './firmware.js';
import { findModelPartition } from './layout.js';
import {
  TABLE_BYTES,
  TABLE_OFFSET,
  TABLE_SECTOR_BYTES,
  looksLikeTable,
  readPartitionTable,
  type Partition,
  type PartitionTable,
} from './partition-table.js';
import { PARTITION_TYPE } from './partition-types.js';

/** What was found where a partition begins. */
export type PartitionContent =
  /** The image ends before the partition. */
  | { readonly kind: 'absent' }
  /** Its first sector is erased. */
  | { readonly kind: 'erased' }
  /** It belongs to the image that the mask ROM starts. */
  | { readonly kind: 'boot' }
  | { readonly kind: 'application'; readonly image: ApplicationImage }
  | { readonly kind: 'package'; readonly package: ModelPackage }
  /** Something that this tool does not read. */
  | { readonly kind: 'data' }
  /** It should be an application or a package and is broken. */
  | { readonly kind: 'damaged'; readonly problem: FormatError };

export interface DescribedPartition extends Partition {
  readonly content: PartitionContent;
}

export interface ImageDescription {
  /** Length of the image in bytes. */
  readonly bytes: number;
  /** Where {@link boot} begins. */
  readonly bootOffset: number;
  /** What the mask ROM starts: this project's firmware, a bootloader, or an application by itself. */
  readonly boot: ApplicationImage;
  /** `null` for an application image by itself. */
  readonly table: PartitionTable | null;
  /** The table's partitions in its order. */
  readonly partitions: readonly DescribedPartition[];
  /** The package in the model partition, `null` when there is none or it is damaged. */
  readonly model: ModelPackage | null;
}

export interface DescribeOptions {
  /** Also check every byte of the package. */
  readonly verify?: boolean;
  readonly signal?: AbortSignal;
}

/** Whether a file may be a flash or application image, by its first bytes: {@link bootHeadBytes} of them. */
export function looksLikeImage(head: Uint8Array): boolean {
  return bootOffset(head) !== null;
}

/**
 * Reads an image that begins at flash offset 0, or an application image by itself.
 *
 * What the board could not start from (the first image, the table) is refused when it is broken; a broken partition is
 * reported with its problem, since the others can still be looked at.
 * @throws FormatError naming the field; TransportError from the source
 */
export async function describeImage(
  source: ByteSource,
  options: DescribeOptions = {},
): Promise<ImageDescription> {
  const within = options.signal === undefined ? {} : { signal: options.signal };
  const head = await source.read(0, Math.min(source.size, bootHeadBytes()), options.signal);
  const begin = bootOffset(head) ?? 0;
  const boot = await readApplicationImage(source, { ...within, offset: begin });
  const started = { boot, begin, end: begin + boot.end };
  const table = await findTable(source, started, options.signal);
  const partitions: DescribedPartition[] = [];
  const modelPartition = table === null ? null : findModelPartition(table.partitions);
  for (const partition of table?.partitions ?? []) {
    const isModel = partition === modelPartition;
    partitions.push({
      ...partition,
      content: await lookInto(source, partition, started.end, isModel, options),
    });
  }
  const content = partitions.find(({ name }) => name === modelPartition?.name)?.content;
  return {
    bytes: source.size,
    bootOffset: begin,
    boot,
    table,
    partitions,
    model: content?.kind === 'package' ? content.package : null,
  };
}

/** Where the package lies in an image that was described, `null` when it has none. */
export function packagePlace(
  found: ImageDescription,
): { readonly offset: number; readonly length: number } | null {
  for (const { offset, content } of found.partitions) {
    if (content.kind === 'package') return { offset, length: content.package.totalLength };
  }
  return null;
}

async function findTable(
  source: ByteSource,
  { boot, begin }: { readonly boot: ApplicationImage; readonly begin: number },
  signal: AbortSignal | undefined,
): Promise<PartitionTable | null> {
  const bootEnd = begin + boot.length;
  if (source.size <= TABLE_OFFSET) return null;
  const end = Math.min(source.size, TABLE_OFFSET + TABLE_BYTES);
  const bytes = await source.read(TABLE_OFFSET, end, signal);
  if (looksLikeTable(bytes)) {
    // A table inside the image is a segment that ends with the table's sector.
    const inlaid = boot.segments.some(
      ({ offset, length }) =>
        begin + offset <= TABLE_OFFSET && begin + offset + length === TABLE_OFFSET + TABLE_SECTOR_BYTES,
    );
    if (bootEnd <= TABLE_OFFSET || inlaid) return readPartitionTable(bytes, { file: source.name });
  }
  // An application's own bytes, or an application with nothing behind it.
  if (bootEnd > TABLE_OFFSET || isErased(bytes)) return null;
  throw new FormatError(`There is no partition table at ${hex(TABLE_OFFSET)}.`, {
    file: source.name,
    field: 'partition table',
    remedy: 'Give an image that begins at flash offset 0 and has its table at the usual place.',
  });
}

async function lookInto(
  source: ByteSource,
  partition: Partition,
  bootEnd: number,
  isModel: boolean,
  options: DescribeOptions,
): Promise<PartitionContent> {
  const { offset, size, type } = partition;
  const { signal } = options;
  if (offset < bootEnd) return { kind: 'boot' };
  if (offset >= source.size) return { kind: 'absent' };
  const end = Math.min(offset + size, source.size);
  const first = await source.read(offset, Math.min(end, offset + TABLE_SECTOR_BYTES), signal);
  if (isErased(first)) return { kind: 'erased' };
  try {
    if (type === PARTITION_TYPE.app) {
      const image = await readApplicationImage(source, {
        offset,
        end,
        ...(signal === undefined ? {} : { signal }),
      });
      return { kind: 'application', image };
    }
    if (!isModel) return { kind: 'data' };
    return { kind: 'package', package: await readModel(source, offset, end, first, options) };
  } catch (error) {
    if (error instanceof FormatError) return { kind: 'damaged', problem: error };
    throw error;
  }
}

async function readModel(
  source: ByteSource,
  offset: number,
  end: number,
  first: Uint8Array,
  options: DescribeOptions,
): Promise<ModelPackage> {
  const view = new DataView(first.buffer, first.byteOffset, first.byteLength);
  // A partition is longer than its package; how long the package is, it says itself.
  const { magic, totalLength } = HEADER.fields;
  const says =
    first.length >= totalLength.offset + 4 && view.getUint32(magic.offset, true) === PACKAGE_MAGIC
      ? view.getUint32(totalLength.offset, true)
      : 0;
  const length = says > 0 && offset + says <= end ? says : end - offset;
  const slice: ByteSource = {
    name: `${source.name} at ${hex(offset)}`,
    size: length,
    read: (from, to, signal) => {
      if (from < 0 || from > to || to > length)
        return Promise.reject(new RangeError(`bytes ${from} to ${to} are outside the package of ${length}`));
      return source.read(offset + from, offset + to, signal);
    },
  };
  return readPackage(slice, {
    verify: options.verify === true,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}
