/** What of an image is written to a board, and in which pieces: gaps keep what the board has there, such as settings. */
import type { BoardNeeds } from './board-detection.js';
import type { ImageDescription } from '../image/describe.js';
import { PART, type FlashImage } from '../image/flash-image.js';
import { TABLE_OFFSET, TABLE_SECTOR_BYTES } from '../image/partition-table.js';
import { pieceBytes, tensorPieces } from '../package/reader.js';
import { UsageError } from '../shared/errors.js';
import { hex } from '../shared/hex.js';
import type { ByteSource } from '../source/byte-source.js';
import { MemorySource } from '../source/memory-folder.js';

/** One stretch of flash. */
export interface FlashPart {
  readonly name: string;
  /** In flash; a multiple of the 4 KiB sector. */
  readonly offset: number;
  readonly source: ByteSource;
}

/** The least that flash erases. */
export const SECTOR_BYTES = 4096;

/** The parts of an image that was just made. */
export function partsOfImage(image: FlashImage, model: ByteSource): FlashPart[] {
  const parts = image.parts.map(({ name, offset, bytes }) => ({
    name,
    offset,
    source: new MemorySource(name, bytes),
  }));
  return sorted([...parts, { name: PART.model, offset: image.model.offset, source: model }]);
}

/**
 * The parts of a merged image: what boots, the partition table, and every partition that has something in it.
 * @param description of the same bytes, see `describeImage`
 * @throws UsageError when there is nothing that boots, or the model in it is damaged
 */
export function partsOfMergedImage(image: ByteSource, description: ImageDescription): FlashPart[] {
  const { boot, bootOffset, table, partitions } = description;
  if (table === null)
    throw new UsageError(
      `${image.name} is an application by itself, not an image of the whole flash. Merge it with its bootloader first (idf.py merge-bin).`,
    );
  const parts = [slice(image, PART.firmware, bootOffset, bootOffset + boot.end)];
  if (bootOffset + boot.length <= TABLE_OFFSET)
    parts.push(
      slice(image, PART.table, TABLE_OFFSET, Math.min(image.size, TABLE_OFFSET + TABLE_SECTOR_BYTES)),
    );
  for (const { name, offset, size, content } of partitions) {
    const end = Math.min(image.size, offset + size);
    if (content.kind === 'damaged') throw content.problem;
    if (content.kind === 'application') parts.push(slice(image, name, offset, offset + content.image.length));
    if (content.kind === 'package')
      parts.push(slice(image, name, offset, offset + content.package.totalLength));
    if (content.kind === 'data') parts.push(slice(image, name, offset, end));
  }
  return sorted(parts);
}

/**
 * What an image asks of a board: the chip and the flash that its header names, the revisions that it runs on, and the PSRAM that the
 * weights placed there fill (a cache beside them is not counted: the firmware finds room for it or says that it cannot).
 */
export function needsOf({ boot, model }: ImageDescription): BoardNeeds {
  const [least] = boot.revisions;
  const psramBytes = (model?.tensors ?? [])
    .flatMap(tensorPieces)
    .filter(({ placement }) => placement === 'psram')
    .reduce((sum, piece) => sum + pieceBytes(piece), 0);
  return {
    chip: boot.chip.name,
    flashBytes: boot.settings.flashBytes,
    psramBytes,
    revision: [Math.floor(least / 100), least % 100],
  };
}

/**
 * Makes sure that parts can be erased and written one by one.
 * @throws UsageError
 */
export function checkParts(parts: readonly FlashPart[], flashBytes: number): void {
  if (parts.length === 0) throw new UsageError('There is nothing to flash.');
  let end = 0;
  for (const { name, offset, source } of sorted(parts)) {
    if (offset % SECTOR_BYTES !== 0)
      throw new UsageError(`${name} begins at ${hex(offset)}, inside a flash sector of 4 KiB.`);
    if (offset < end) throw new UsageError(`${name} begins at ${hex(offset)}, inside the part before it.`);
    end = offset + source.size;
    if (end > flashBytes) throw new UsageError(`${name} ends at ${hex(end)}, behind the end of the flash.`);
  }
}

function sorted(parts: readonly FlashPart[]): FlashPart[] {
  return [...parts].sort((a, b) => a.offset - b.offset);
}

function slice(image: ByteSource, name: string, begin: number, end: number): FlashPart {
  const source: ByteSource = {
    name,
    size: end - begin,
    read: (from, to, signal) => image.read(begin + from, begin + to, signal),
  };
  return { name, offset: begin, source };
}
