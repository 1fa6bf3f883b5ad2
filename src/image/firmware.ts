/** What is started on the board: this project's firmware as a linked program, or somebody's own ESP-IDF application. */
import type { Chip } from '../chips/chip.js';
import { CHIPS, DEFAULT_CHIP } from '../chips/index.js';
import { FormatError } from '../shared/errors.js';
import type { ByteSource } from '../source/byte-source.js';
import { readApplicationImage, type ApplicationImage } from './application-reader.js';
import { bootHeadBytes, bootOffset } from './boot-offset.js';
import type { LoadSegment } from './application-writer.js';
import { readElf, type ElfSegment } from './elf.js';
import { APPLICATION_OFFSET, findModelPartition } from './layout.js';
import { checkMappedData, joinMapped, type MappedData } from './mapped-data.js';
import { isFlashMapped, memoryKind } from './memory-map.js';
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
  /** That it was linked for. */
  readonly chip: Chip;
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
  /** That it was built for. */
  readonly chip: Chip;
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

/** Contents are kept in rows of this many bytes. */
const ROW_BYTES = 16;

/**
 * This project's firmware from its linked ELF file. Segments that the program sees in mapped flash and whose physical
 * addresses are offsets in flash stay there, see {@link MappedData}.
 * @param chip that it was linked for
 * @throws FormatError when it is damaged, or a program that only a bootloader can start
 */
export function firmwareFromElf(bytes: Uint8Array, name: string, chip = DEFAULT_CHIP): StandaloneFirmware {
  const { entry, segments } = readElf(bytes, name, chip);
  const loaded = segments.filter((segment) => !isMappedByItself(segment, chip));
  const mapped = joinMapped(
    segments.filter((segment) => isMappedByItself(segment, chip)),
    chip,
  );
  if (
    mapped === null ||
    loaded.some(({ address, bytes: { length } }) => isFlashMapped(memoryKind(chip.memory, address, length)))
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
    chip,
    entry,
    segments: loaded.map(({ address, bytes: content }) => ({ address, bytes: content })),
  } as const;
  if (mapped === undefined) return firmware;
  checkMappedData(mapped, name, chip);
  return { ...firmware, mapped };
}

function isMappedByItself({ seen, address, bytes }: ElfSegment, { memory }: Chip): boolean {
  return isFlashMapped(memoryKind(memory, seen, bytes.length)) && address !== seen;
}

/** The first bytes of an ELF file. */
const ELF_MAGIC = [0x7f, 0x45, 0x4c, 0x46];

/** A linked program with its debugging information is larger than what it puts into flash. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;

/**
 * Whatever somebody gives as firmware: a program that runs from RAM as an ELF file, or an ESP-IDF build, see
 * {@link readIdfFirmware}.
 * @param chip that a linked program is for; an ESP-IDF build says itself
 * @throws FormatError when it is none of these, or damaged; TransportError from the source
 */
export async function readFirmware(
  source: ByteSource,
  signal?: AbortSignal,
  chip = DEFAULT_CHIP,
): Promise<Firmware> {
  try {
    return await readAnyFirmware(source, chip, signal);
  } catch (error) {
    if (error instanceof FormatError) error.code ??= 'firmware';
    throw error;
  }
}

async function readAnyFirmware(
  source: ByteSource,
  chip: Chip,
  signal: AbortSignal | undefined,
): Promise<Firmware> {
  const magic = await source.read(0, Math.min(source.size, ELF_MAGIC.length), signal);
  if (!ELF_MAGIC.every((byte, index) => magic[index] === byte)) return readIdfFirmware(source, signal);
  if (source.size > MAX_FILE_BYTES) {
    throw new FormatError(`${source.size} bytes are too many for a firmware.`, {
      file: source.name,
      field: 'size',
      remedy: 'Give the linked program of the firmware.',
    });
  }
  return firmwareFromElf(await source.read(0, source.size, signal), source.name, chip);
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
  if (source.size > Math.max(...CHIPS.map(({ image }) => image.largestFileBytes)))
    throw fail('size', `${source.size} bytes are more than any flash of this chip.`);
  const bytes = await source.read(0, source.size, signal);
  const options = signal === undefined ? {} : { signal };
  const offset = bootOffset(bytes.subarray(0, bootHeadBytes())) ?? 0;
  const first = await readApplicationImage(source, { ...options, offset });
  const { chip } = first;
  const table = bytes.subarray(TABLE_OFFSET, TABLE_OFFSET + TABLE_BYTES);
  if (offset + first.length > TABLE_OFFSET || !looksLikeTable(table)) {
    if (!isMapped(first)) throw fail('segments', 'It maps no flash, so it is no application of ESP-IDF.');
    const contents = [
      { name: 'application', offset: APPLICATION_OFFSET, bytes: bytes.subarray(0, first.length) },
    ];
    return { kind: 'esp-idf', name: source.name, chip, partitions: null, contents, hasBootloader: false };
  }

  const { partitions } = readPartitionTable(table, { file: source.name });
  const model = findModelPartition(partitions);
  const contents: FlashContent[] = [
    { name: 'bootloader', offset, bytes: content(bytes, offset, TABLE_OFFSET, first.length) },
  ];
  let applications = 0;
  for (const partition of [...partitions].sort((a, b) => a.offset - b.offset)) {
    const { name, type, offset: begin, size } = partition;
    if (partition === model || type === PARTITION_TYPE.bootloader || type === PARTITION_TYPE.partitionTable)
      continue;
    let length = 0;
    const end = Math.min(begin + size, bytes.length);
    if (type === PARTITION_TYPE.app && begin < end && !isErased(bytes.subarray(begin, end))) {
      ({ length } = await readApplicationImage(source, { ...options, offset: begin, end }));
      applications += 1;
    }
    const found = content(bytes, begin, end, length);
    if (found.length > 0) contents.push({ name, offset: begin, bytes: found });
  }
  if (applications === 0) throw fail('partitions', 'None of them holds an application.');
  return { kind: 'esp-idf', name: source.name, chip, partitions, contents, hasBootloader: true };
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
