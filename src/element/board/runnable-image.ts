/** The image of a result as boards take it: one stretch of bytes for the emulator, parts for the flasher. */
import type { BoardNeeds } from '../../device/board-detection.js';
import type { EmulatedBoard } from '../../device/emulator-types.js';
import { needsOf, partsOfImage, type FlashPart } from '../../device/flash-parts.js';
import { describeImage } from '../../image/describe.js';
import type { ModelPackage } from '../../package/reader.js';
import { findBoard } from '../../plan/boards.js';
import { UsageError } from '../../shared/errors.js';
import { MemorySource } from '../../source/memory-folder.js';
import type { ConvertResult } from '../../worker/jobs.js';
import type { BoardImage } from '../board-image.js';
import { fetchAsset } from '../../worker/fetch-asset.js';

/** An image, and what a board must have for it. */
export interface RunnableImage {
  /** From flash offset 0: the same bytes as the file that is taken away. */
  readonly bytes: Uint8Array;
  /** Of the file, lower-case hexadecimal. */
  readonly sha256: string | null;
  readonly parts: readonly FlashPart[];
  readonly needs: BoardNeeds;
  readonly board: EmulatedBoard & { readonly name: string };
  /** Length of the partition that holds the package. */
  readonly partitionBytes: number;
  /** The package as it lies in the image, `null` when somebody's own firmware has none. */
  readonly model: ModelPackage | null;
}

/**
 * Reads an image that was made.
 * @throws UsageError when nothing in it boots
 */
export async function readRunnableImage(
  { file, sha256, made }: BoardImage,
  result: ConvertResult,
): Promise<RunnableImage> {
  if (file === null) {
    throw new UsageError(
      'This firmware came without a bootloader, so there is no image that a board boots. Take a merged image of it (idf.py merge-bin).',
      { code: 'bootloader' },
    );
  }
  const { name, chip, flashBytes, psramKind, psramBytes } = findBoard(result.plan.board);
  const bytes = new Uint8Array(await file.arrayBuffer());
  const description = await describeImage(new MemorySource('image', bytes));
  return {
    bytes,
    sha256,
    parts: partsOfImage(made.layout, new MemorySource('model', result.package)),
    needs: needsOf(description),
    board: { name, chip, flashBytes, psramKind, psramBytes },
    partitionBytes: made.layout.model.size,
    model: description.model,
  };
}

/**
 * The names in a firmware, for the emulator's reports.
 * @param address of the firmware
 * @returns `undefined` when it cannot be fetched again or is no linked program: reports then have addresses only
 */
export async function fetchSymbols(
  firmware: string | File,
  signal?: AbortSignal,
): Promise<Uint8Array | undefined> {
  try {
    const response =
      typeof firmware === 'string'
        ? await fetchAsset(firmware, { ...(signal === undefined ? {} : { signal }) })
        : new Response(firmware);
    const bytes = response.ok ? new Uint8Array(await response.arrayBuffer()) : new Uint8Array();
    const isElf = [0x7f, 0x45, 0x4c, 0x46].every((byte, index) => bytes[index] === byte);
    return isElf ? bytes : undefined;
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}
