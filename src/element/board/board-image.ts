/** The image of a result as boards take it: one stretch of bytes for the emulator, parts for the flasher. */
import type { BoardNeeds } from '../../device/board-detection.js';
import type { EmulatedBoard } from '../../device/emulator-types.js';
import { needsOf, partsOfImage, type FlashPart } from '../../device/flash-parts.js';
import { describeImage } from '../../image/describe.js';
import type { Partition } from '../../image/partition-table.js';
import type { ModelPackage } from '../../package/reader.js';
import { findBoard } from '../../plan/boards.js';
import type { PlanJson } from '../../plan/plan.js';
import { TransportError } from '../../shared/errors.js';
import { MemorySource } from '../../source/memory-folder.js';
import { imageBlob, makePageImage } from '../../worker/flash-image.js';

/** What an image is made of. */
export interface ImageInput {
  /** The converted model. */
  readonly package: Uint8Array;
  readonly plan: PlanJson;
  /** Address of the firmware. */
  readonly firmware: string;
}

/** An image, and what a board must have for it. */
export interface BoardImage {
  /** From flash offset 0: the same bytes as the file that is taken away. */
  readonly bytes: Uint8Array;
  readonly parts: readonly FlashPart[];
  readonly needs: BoardNeeds;
  readonly board: EmulatedBoard & { readonly name: string };
  /** The firmware's ELF file, for names in reports. */
  readonly symbols: Uint8Array | undefined;
  /** The partition that holds the package. */
  readonly partition: Partition;
  /** The package as it lies in the image. */
  readonly model: ModelPackage | null;
}

/**
 * Puts the image together.
 * @throws FitError when the package does not fit the flash; TransportError when the firmware cannot be fetched
 */
export async function makeBoardImage(input: ImageInput, signal?: AbortSignal): Promise<BoardImage> {
  const { name, flashBytes, psramKind, psramBytes } = findBoard(input.plan.board);
  const made = await makePageImage(input.package, { board: input.plan.board, firmware: input.firmware, signal });
  const [bytes, symbols] = await Promise.all([
    imageBlob(made).arrayBuffer(),
    fetchSymbols(input.firmware, signal),
  ]);
  const merged = new MemorySource('image', new Uint8Array(bytes));
  const description = await describeImage(merged, signal === undefined ? {} : { signal });
  return {
    bytes: new Uint8Array(bytes),
    parts: partsOfImage(made.layout, new MemorySource('model', input.package)),
    needs: needsOf(description),
    board: { name, flashBytes, psramKind, psramBytes },
    symbols,
    partition: made.layout.model,
    model: description.model,
  };
}

/** An ELF file has the names of its functions; the image, which was made of the same file, has not. */
async function fetchSymbols(address: string, signal: AbortSignal | undefined): Promise<Uint8Array | undefined> {
  try {
    const response = await fetch(address, { cache: 'force-cache', ...(signal === undefined ? {} : { signal }) });
    if (!response.ok) return undefined;
    const bytes = new Uint8Array(await response.arrayBuffer());
    return isElf(bytes) ? bytes : undefined;
  } catch (cause) {
    signal?.throwIfAborted();
    throw new TransportError(`${address} cannot be loaded. Check the connection and try again.`, { cause });
  }
}

function isElf(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}
