/**
 * Puts firmware, partition table and model package together: as parts for a flashing tool, and as one image that is
 * written to offset 0, whatever the chip starts from. The package may be streamed through, so that it never has to be in memory.
 */
import type { Chip } from '../chips/chip.js';
import type { PackageSink } from '../package/writer.js';
import { FLASH_TAIL_BYTES, flashWindowBytes, type Board } from '../plan/boards.js';
import { FitError, FormatError, UsageError } from '../shared/errors.js';
import { hex } from '../shared/hex.js';
import { MemorySource } from '../source/memory-folder.js';
import { readApplicationImage } from './application-reader.js';
import { writeApplicationImage } from './application-writer.js';
import type { Firmware, FlashContent, IdfFirmware, StandaloneFirmware } from './firmware.js';
import { BOOT_MODE, SMALLEST_FLASH, type FlashSettings } from './flash-settings.js';
import { appendMappedData } from './mapped-data.js';
import { idfLayout, layoutWithModel, standaloneLayout, type FlashLayout } from './layout.js';
import { TABLE_OFFSET, TABLE_SECTOR_BYTES, encodePartitionTable, type Partition } from './partition-table.js';
import { patchFlashSettings } from './patch-settings.js';

/** Everything about an image but the package's bytes. */
export interface FlashImage {
  readonly chip: Chip;
  readonly partitions: readonly Partition[];
  /** Where the package lies. */
  readonly model: Partition;
  readonly packageBytes: number;
  /** All but the package, by ascending offset, without overlaps. */
  readonly parts: readonly FlashContent[];
  /** Whether something is there that the mask ROM starts; without it there are parts but no merged image. */
  readonly bootable: boolean;
  /** Length of the merged image. */
  readonly totalBytes: number;
  /** Capacity that the header names and the partition table keeps to. */
  readonly flashBytes: number;
}

/**
 * How the image's header says that the flash is read; what is absent is left to the tool or to the firmware given, and the capacity
 * is then the least that holds everything, so that the image runs on smaller boards as well.
 */
export type ReadSettings = Partial<FlashSettings>;

/** Names of the parts that are no partitions. */
export const PART = { firmware: 'firmware', table: 'partition-table', model: 'model' } as const;

/**
 * Lays out an image for a board and a package of known length. It asks for no more flash than it needs: the board's is the most.
 * @param board its name, chip and capacity count
 * @throws FitError when the package does not fit, with by how much; UsageError for firmware that does not, or for
 *   impossible settings; FormatError when the firmware is unsound
 */
export async function planFlashImage(
  firmware: Firmware,
  board: Pick<Board, 'name' | 'chip' | 'flashBytes'>,
  packageBytes: number,
  read: ReadSettings = {},
): Promise<FlashImage> {
  const { chip } = board;
  if (firmware.chip.id !== chip.id) {
    throw new UsageError(
      `${firmware.name} is for the ${firmware.chip.name}; ${board.name} has the ${chip.name}. Use firmware for that chip.`,
      { code: 'firmware' },
    );
  }
  const flashBytes = read.flashBytes ?? (await leastFlash(firmware, board.flashBytes, packageBytes));
  const layout = layoutFor(firmware, flashBytes);
  const { model, partitions } = layout;
  if (packageBytes > model.size) {
    throw new FitError(
      `The package is ${packageBytes} bytes, ${packageBytes - model.size} more than the model partition of ${board.name} holds. ` +
        'Use a smaller model, coarser groups or a board with more flash.',
    );
  }
  // Somebody's own partition may be larger than that.
  const shown = flashWindowBytes(chip);
  if (packageBytes > shown) {
    throw new FitError(
      `The package is ${packageBytes} bytes, ${packageBytes - shown} more than the ${chip.name} reads of its flash at once. ` +
        'Use a smaller model or coarser groups.',
    );
  }
  const table = encodePartitionTable(partitions, { file: firmware.name, flashBytes });
  const parts =
    firmware.kind === 'standalone'
      ? standaloneParts(
          firmware,
          { mode: BOOT_MODE, megahertz: chip.image.bootMegahertz, ...read, flashBytes },
          table,
        )
      : await idfParts(firmware, { ...read, flashBytes }, table);
  const whole = [
    ...parts.map(({ name, offset, bytes }) => ({ name, offset, length: bytes.length })),
    { name: PART.model, offset: model.offset, length: packageBytes },
  ].sort((a, b) => a.offset - b.offset);
  checkPlaces(whole, firmware, { ...board, flashBytes }, layout);
  return {
    chip,
    partitions,
    model,
    packageBytes,
    parts,
    bootable: firmware.kind === 'standalone' || firmware.hasBootloader,
    totalBytes: Math.max(...whole.map(({ offset, length }) => offset + length)),
    flashBytes,
  };
}

/** The smallest capacity that has room for everything; the board's own where none has, or where that is what it takes. */
async function leastFlash(firmware: Firmware, most: number, packageBytes: number): Promise<number> {
  for (let flashBytes = await builtFor(firmware); flashBytes < most; flashBytes *= 2)
    if (isRoomy(firmware, flashBytes, packageBytes)) return flashBytes;
  return most;
}

/** The capacity that somebody's own bootloader was built for: what its application does with the rest is not known here. */
async function builtFor(firmware: Firmware): Promise<number> {
  const offset = firmware.chip.image.offset;
  const boot =
    firmware.kind === 'standalone'
      ? undefined
      : firmware.contents.find((content) => content.offset === offset);
  if (boot === undefined) return SMALLEST_FLASH;
  return (await readApplicationImage(new MemorySource(firmware.name, boot.bytes))).settings.flashBytes;
}

function isRoomy(firmware: Firmware, flashBytes: number, packageBytes: number): boolean {
  try {
    const { model, partitions } = layoutFor(firmware, flashBytes);
    const end = model.offset + packageBytes;
    return (
      packageBytes <= model.size &&
      end <= flashBytes - FLASH_TAIL_BYTES &&
      partitions.every(({ offset, size }) => offset + size <= flashBytes)
    );
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

function layoutFor(firmware: Firmware, flashBytes: number): FlashLayout {
  if (firmware.kind === 'standalone') return standaloneLayout(firmware.chip, flashBytes);
  if (firmware.partitions !== null) return layoutWithModel(firmware.chip, firmware.partitions, flashBytes);
  const longest = Math.max(...firmware.contents.map(({ bytes }) => bytes.length));
  return idfLayout(firmware.chip, longest, flashBytes);
}

function standaloneParts(
  firmware: StandaloneFirmware,
  settings: FlashSettings,
  table: Uint8Array,
): FlashContent[] {
  const { chip } = firmware;
  // The inlay fills the table's whole sector: nothing else may share it, tools erase it at once.
  const sector = new Uint8Array(TABLE_SECTOR_BYTES).fill(0xff);
  sector.set(table);
  const { bytes, inlaid } = writeApplicationImage({
    name: firmware.name,
    chip,
    entry: firmware.entry,
    segments: firmware.segments,
    settings,
    inlay: { offset: TABLE_OFFSET - chip.image.offset, bytes: sector },
  });
  const { mapped } = firmware;
  if (mapped !== undefined && !inlaid) {
    throw new FormatError(
      `The image for the mask ROM ends before the partition table at ${hex(TABLE_OFFSET)}, which would then lie between it and what it leaves in flash.`,
      { file: firmware.name, field: 'mapped segment', remedy: 'Link all of it into RAM.' },
    );
  }
  const whole = mapped === undefined ? bytes : appendMappedData(bytes, mapped, firmware.name, chip);
  const image = { name: PART.firmware, offset: chip.image.offset, bytes: whole };
  return inlaid ? [image] : [image, { name: PART.table, offset: TABLE_OFFSET, bytes: table }];
}

async function idfParts(
  firmware: IdfFirmware,
  wanted: Partial<FlashSettings>,
  table: Uint8Array,
): Promise<FlashContent[]> {
  const parts: FlashContent[] = [{ name: PART.table, offset: TABLE_OFFSET, bytes: table }];
  for (const content of firmware.contents) {
    if (content.offset !== firmware.chip.image.offset) {
      parts.push(content);
      continue;
    }
    // ESP-IDF takes the capacity from the bootloader's header and refuses a table that goes beyond it.
    const { settings } = await readApplicationImage(new MemorySource(firmware.name, content.bytes));
    const changed = Object.entries({ ...settings, ...wanted }).some(
      ([name, value]) => settings[name as keyof FlashSettings] !== value,
    );
    const bytes = changed ? await patchFlashSettings(content.bytes, wanted, firmware.name) : content.bytes;
    parts.push({ ...content, bytes });
  }
  return parts.sort((a, b) => a.offset - b.offset);
}

function checkPlaces(
  places: readonly { name: string; offset: number; length: number }[],
  firmware: Firmware,
  board: Pick<Board, 'name' | 'flashBytes'>,
  layout: FlashLayout,
): void {
  for (const [index, { name, offset, length }] of places.entries()) {
    const end = offset + length;
    const next = places[index + 1];
    if (next !== undefined && end > next.offset) {
      throw new UsageError(
        `${firmware.name}: ${name} ends at ${hex(end)}, after ${next.name} begins at ${hex(next.offset)}.`,
        { code: 'firmware' },
      );
    }
    if (end > board.flashBytes - FLASH_TAIL_BYTES) {
      throw new UsageError(
        `${name} ends at ${hex(end)}; the flash of ${board.name} ends at ${hex(board.flashBytes)}, and ${FLASH_TAIL_BYTES} bytes before it stay free. Use a board with more flash.`,
        { code: 'unfit' },
      );
    }
  }
  const [image] = places;
  const room = layout.partitions.find(({ name }) => name === PART.firmware);
  if (firmware.kind !== 'standalone' || image === undefined || room === undefined) return;
  if (image.offset + image.length > room.offset + room.size) {
    throw new UsageError(
      `${firmware.name}: the image of ${image.length} bytes ends after the firmware's partition, at ${hex(room.offset + room.size)}.`,
      { code: 'firmware' },
    );
  }
}

/**
 * The merged image with a package that is in memory.
 * @throws UsageError when there is no bootloader; RangeError when the package has another length than planned
 */
export function assembleFlashImage(image: FlashImage, bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(image.totalBytes);
  let at = 0;
  for (const piece of imagePieces(image, bytes)) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/**
 * The merged image in pieces that follow one another, of which one is the package itself: nothing large is copied.
 * @throws as {@link assembleFlashImage}
 */
export function imagePieces(image: FlashImage, bytes: Uint8Array): Uint8Array[] {
  if (bytes.length !== image.packageBytes)
    throw new RangeError(`planned for a package of ${image.packageBytes} bytes, not ${bytes.length}`);
  refuseUnbootable(image);
  const end = image.model.offset + image.packageBytes;
  return [
    render(image.parts, 0, image.model.offset),
    bytes,
    ...(image.totalBytes > end ? [render(image.parts, end, image.totalBytes)] : []),
  ];
}

/** @throws UsageError when nothing in the image starts the rest */
export function refuseUnbootable(image: FlashImage): void {
  if (image.bootable) return;
  throw new UsageError(
    'A merged image needs a bootloader, and only an application was given. Give the merged image of the project (idf.py merge-bin), or flash the parts to a board that has a bootloader.',
    { code: 'bootloader' },
  );
}

/** Part of the flash as it lies there; gaps are erased flash. */
function render(parts: readonly FlashContent[], begin: number, end: number): Uint8Array {
  const bytes = new Uint8Array(end - begin).fill(0xff);
  for (const part of parts) {
    if (part.offset >= begin && part.offset < end) bytes.set(part.bytes, part.offset - begin);
  }
  return bytes;
}

/** Writes a merged image around a package that is being written: hand it to the package's writer. */
export class FlashImageSink implements PackageSink {
  /** The image's layout, once the package's length is known. */
  image: FlashImage | null = null;

  /**
   * @param inner where the image goes
   * @param plan lays out the image for a package of the given length, see {@link planFlashImage}
   */
  constructor(
    private readonly inner: PackageSink,
    private readonly plan: (packageBytes: number) => Promise<FlashImage>,
  ) {}

  async begin(headLength: number, totalLength: number): Promise<void> {
    const image = await this.plan(totalLength);
    refuseUnbootable(image);
    this.image = image;
    await this.inner.begin(image.model.offset + headLength, image.totalBytes);
  }

  async append(bytes: Uint8Array): Promise<void> {
    await this.inner.append(bytes);
  }

  async prepend(head: Uint8Array): Promise<void> {
    const { image } = this;
    if (image === null) throw new RangeError('prepend before begin');
    const end = image.model.offset + image.packageBytes;
    if (image.totalBytes > end) await this.inner.append(render(image.parts, end, image.totalBytes));
    const before = render(image.parts, 0, image.model.offset);
    const whole = new Uint8Array(before.length + head.length);
    whole.set(before);
    whole.set(head, before.length);
    await this.inner.prepend(whole);
  }
}
