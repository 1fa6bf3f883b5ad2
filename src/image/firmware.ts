/** What is started on the board: this project's firmware as a linked program, or somebody's own ESP-IDF application. */
import { FormatError } from '../shared/errors.js';
import type { ByteSource } from '../source/byte-source.js';
import { readApplicationImage, type ApplicationImage } from './application-reader.js';
import { memoryKind, type MemoryKind } from './chip.js';
import type { LoadSegment } from './application-writer.js';
import { readElf, type ElfSegment } from './elf.js';
import { APPLICATION_OFFSET, findModelPartition } from './layout.js';
import { checkMappedData, type MappedData } from './mapped-data.js';
import {
  TABLE_BYTES,
  TABLE_OFFSET,
  looksLikeTable,
  readPartitionTable,
  type Partition,
} from './partition-table.js';
import { PARTITION_TYPE } from './partition-types.js';

/** A program that the mask ROM loads by itself. */
export interface StandaloneFirmware {
  readonly kind: 'standalone';
  /** For messages. */
  readonly name: string;
  readonly entry: number;
  readonly segments: readonly LoadSegment[];
  /** What it leaves in flash and maps by itself. */
  readonly mapped?: MappedData;
}

/** An ESP-IDF application, with whatever lay beside it. */
export interface IdfFirmware {
  readonly kind: 'esp-idf';
  /** For messages. */
  readonly name: string;
  /** Its own table, `null` when only the application was given. */
  readonly partitions: readonly Partition[] | null;
  /** What lies in flash, by ascending offset; without a bootloader when only the application was given. */
  readonly contents: readonly FlashContent[];
  readonly hasBootloader: boolean;
}

export type Firmware = StandaloneFirmware | IdfFirmware;

export interface FlashContent {
  /** Of the partition, or `bootloader`. */
  readonly name: string;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** The largest flash that a header can name is 128 MiB; modules for this chip end at 32. */
const MAX_FLASH_BYTES = 32 * 1024 * 1024;
/** Contents are kept in rows of this many bytes. */
const ROW_BYTES = 16;

/**
 * This project's firmware from its linked ELF file. A segment that the program sees in mapped flash and whose physical
 * address is an offset in flash stays there, see {@link MappedData}.
 * @throws FormatError when it is damaged, or a program that only a bootloader can start
 */
export function firmwareFromElf(bytes: Uint8Array, name: string): StandaloneFirmware {
  const { entry, segments } = readElf(bytes, name);
  const mapped = segments.filter(isMappedByItself);
  const loaded = segments.filter((segment) => !isMappedByItself(segment));
  const [data, more] = mapped;
  if (
    more !== undefined ||
    loaded.some(({ address, bytes: { length } }) => isFlashMapped(memoryKind(address, length)))
  ) {
    throw new FormatError('The program runs from mapped flash, which needs a bootloader.', {
      file: name,
      field: 'program headers',
      remedy:
        "Give the project's application image (build/PROJECT.bin) or its merged image (idf.py merge-bin) instead of the ELF file.",
    });
  }
  const firmware = {
    kind: 'standalone',
    name,
    entry,
    segments: loaded.map(({ address, bytes: content }) => ({ address, bytes: content })),
  } as const;
  if (data === undefined) return firmware;
  const found = { address: data.seen, offset: data.address, bytes: data.bytes };
  checkMappedData(found, name);
  return { ...firmware, mapped: found };
}

function isMappedByItself({ seen, address, bytes }: ElfSegment): boolean {
  return memoryKind(seen, bytes.length) === 'flash-data' && address !== seen;
}

/** The first bytes of an ELF file. */
const ELF_MAGIC = [0x7f, 0x45, 0x4c, 0x46];

/** A linked program with its debugging information is larger than what it puts into flash. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;

/**
 * Whatever somebody gives as firmware: a program that runs from RAM as an ELF file, or an ESP-IDF build, see
 * {@link readIdfFirmware}.
 * @throws FormatError when it is none of these, or damaged; TransportError from the source
 */
export async function readFirmware(source: ByteSource, signal?: AbortSignal): Promise<Firmware> {
  try {
    return await readAnyFirmware(source, signal);
  } catch (error) {
    if (error instanceof FormatError) error.code ??= 'firmware';
    throw error;
  }
}

async function readAnyFirmware(source: ByteSource, signal: AbortSignal | undefined): Promise<Firmware> {
  const magic = await source.read(0, Math.min(source.size, ELF_MAGIC.length), signal);
  if (!ELF_MAGIC.every((byte, index) => magic[index] === byte)) return readIdfFirmware(source, signal);
  if (source.size > MAX_FILE_BYTES) {
    throw new FormatError(`${source.size} bytes are too many for a firmware.`, {
      file: source.name,
      field: 'size',
      remedy: 'Give the linked program of the firmware.',
    });
  }
  return firmwareFromElf(await source.read(0, source.size, signal), source.name);
}

function isFlashMapped(kind: MemoryKind | null): boolean {
  return kind === 'flash-code' || kind === 'flash-data';
}

/**
 * Somebody's own ESP-IDF build: the application image alone, or the merged image (`idf.py merge-bin`), whose bootloader,
 * table and partitions are then kept.
 * @throws FormatError when it is neither, or damaged; TransportError from the source
 */
export async function readIdfFirmware(source: ByteSource, signal?: AbortSignal): Promise<IdfFirmware> {
  const fail = (field: string, problem: string): FormatError =>
    new FormatError(problem, {
      file: source.name,
      field,
      remedy: 'Give the application image (build/PROJECT.bin) or the merged image of an ESP-IDF project.',
    });
  if (source.size > MAX_FLASH_BYTES)
    throw fail('size', `${source.size} bytes are more than any flash of this chip.`);
  const bytes = await source.read(0, source.size, signal);
  const options = signal === undefined ? {} : { signal };
  const first = await readApplicationImage(source, options);
  const table = bytes.subarray(TABLE_OFFSET, TABLE_OFFSET + TABLE_BYTES);
  if (first.length > TABLE_OFFSET || !looksLikeTable(table)) {
    if (!isMapped(first)) throw fail('segments', 'It maps no flash, so it is no application of ESP-IDF.');
    const contents = [
      { name: 'application', offset: APPLICATION_OFFSET, bytes: bytes.subarray(0, first.length) },
    ];
    return { kind: 'esp-idf', name: source.name, partitions: null, contents, hasBootloader: false };
  }

  const { partitions } = readPartitionTable(table, { file: source.name });
  const model = findModelPartition(partitions);
  const contents: FlashContent[] = [
    { name: 'bootloader', offset: 0, bytes: content(bytes, 0, TABLE_OFFSET, first.length) },
  ];
  let applications = 0;
  for (const partition of [...partitions].sort((a, b) => a.offset - b.offset)) {
    const { name, type, offset, size } = partition;
    if (partition === model || type === PARTITION_TYPE.bootloader || type === PARTITION_TYPE.partitionTable)
      continue;
    let length = 0;
    const end = Math.min(offset + size, bytes.length);
    if (type === PARTITION_TYPE.app && offset < end && !isErased(bytes.subarray(offset, end))) {
      ({ length } = await readApplicationImage(source, { ...options, offset, end }));
      applications += 1;
    }
    const found = content(bytes, offset, end, length);
    if (found.length > 0) contents.push({ name, offset, bytes: found });
  }
  if (applications === 0) throw fail('partitions', 'None of them holds an application.');
  return { kind: 'esp-idf', name: source.name, partitions, contents, hasBootloader: true };
}

function isMapped(image: ApplicationImage): boolean {
  return image.segments.some(({ kind }) => isFlashMapped(kind));
}

export function isErased(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0xff);
}

/** The bytes of `[begin, end)` without the erased flash at their end, but at least `least` of them. */
function content(bytes: Uint8Array, begin: number, end: number, least: number): Uint8Array {
  let last = Math.min(end, bytes.length);
  while (last > begin && bytes[last - 1] === 0xff) last -= 1;
  const length = Math.max(Math.ceil((last - begin) / ROW_BYTES) * ROW_BYTES, least);
  return bytes.subarray(begin, Math.max(begin, Math.min(begin + length, end)));
}
