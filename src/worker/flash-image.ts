/** The image of a converted model on the page: firmware fetched when it is first asked for, and the package around it. */
import { readFirmware } from '../image/firmware.js';
import type { ReadSettings } from '../image/flash-image.js';
import { makeImage, type MadeImage } from '../pipeline/image.js';
import type { Chip } from '../chips/chip.js';
import { findBoard, type Board } from '../plan/boards.js';
import { breath } from '../shared/breath.js';
import type { ByteSource } from '../source/byte-source.js';
import { MemorySource } from '../source/memory-folder.js';
import { needAsset } from './fetch-asset.js';

/** What the page's image is made with. */
export interface PageImageOptions {
  /** The board that the package was planned for, or its id. */
  readonly board: string | Board;
  /** Address of this project's firmware for the board's chip or of somebody's own, or a firmware as a file. */
  readonly firmware: string | File;
  readonly read?: ReadSettings | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An image with the file of the firmware that it begins with. */
export interface PageImage extends MadeImage {
  readonly source: ByteSource;
}

/**
 * Puts a package and firmware together. What it gives shares the package's memory.
 * @throws FitError when the package does not fit the flash; FormatError when the firmware is unsound; TransportError when
 *   it cannot be fetched
 */
export async function makePageImage(packageBytes: Uint8Array, options: PageImageOptions): Promise<PageImage> {
  const { firmware, read, signal } = options;
  const board = typeof options.board === 'object' ? options.board : findBoard(options.board);
  const source = await fetchFirmware(firmware, board.chip, signal);
  await breath();
  const program = await readFirmware(source, signal, board.chip);
  await breath();
  const made = await makeImage(packageBytes, { board, firmware: program, read });
  return { ...made, source };
}

/**
 * The firmware's file in memory.
 * @throws TransportError when it cannot be fetched
 */
async function fetchFirmware(
  firmware: string | File,
  { firmwareFile }: Chip,
  signal: AbortSignal | undefined,
): Promise<MemorySource> {
  if (typeof firmware !== 'string') {
    return new MemorySource(firmware.name, new Uint8Array(await firmware.arrayBuffer()));
  }
  const advice = `Put ${firmwareFile} beside the script, or say where it is with the attribute firmware or asset-base.`;
  const response = await needAsset(firmware, advice, signal);
  const name = new URL(firmware).pathname.split('/').at(-1) ?? firmware;
  return new MemorySource(name, new Uint8Array(await response.arrayBuffer()));
}
