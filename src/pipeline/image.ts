/** From a package to what is flashed: one merged image, or parts with the manifest that installers read. */
import type { Firmware } from '../image/firmware.js';
import { imagePieces, planFlashImage, type FlashImage, type ReadSettings } from '../image/flash-image.js';
import { partFiles, partsManifest, type InstallManifest } from '../image/manifest.js';
import type { Board } from '../plan/boards.js';
import { findBoard } from '../plan/boards.js';
import { VERSION } from '../shared/version.js';

export interface ImageOptions {
  /** The board that the package was planned for, or its id. */
  readonly board: string | Board;
  /** What is started on it: `firmwareFromElf` of the shipped program, or `readFirmware` of somebody's own. */
  readonly firmware: Firmware;
  /** How the mask ROM reads the flash; default what every chip can do. */
  readonly read?: ReadSettings | undefined;
}

/** A file beside the manifest. */
export interface ImageFile {
  readonly path: string;
  /** In flash, in bytes. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A laid out image together with its package. */
export interface MadeImage {
  readonly layout: FlashImage;
  /**
   * The merged image's bytes one after the other, without a copy of the package: for a `Blob` or a file.
   * @throws UsageError when there is no bootloader
   */
  pieces(): Uint8Array[];
  /** The separate parts, by ascending offset. */
  readonly files: readonly ImageFile[];
  /** For ESP Web Tools and compatible installers; its paths are those of {@link files}. */
  manifest(name: string): InstallManifest;
}

/**
 * Puts a package and firmware together.
 * @param packageBytes the model package
 * @throws FitError when the package does not fit the board's flash; UsageError for bad settings; FormatError when the
 *   firmware is unsound
 */
export async function makeImage(packageBytes: Uint8Array, options: ImageOptions): Promise<MadeImage> {
  const board = typeof options.board === 'object' ? options.board : findBoard(options.board);
  const layout = await planFlashImage(options.firmware, board, packageBytes.length, options.read);
  return {
    layout,
    pieces: () => imagePieces(layout, packageBytes),
    files: imageFiles(layout, packageBytes),
    manifest: (name) => partsManifest(layout, { name, version: VERSION }),
  };
}

function imageFiles(layout: FlashImage, packageBytes: Uint8Array): ImageFile[] {
  return partFiles(layout).map(({ path, offset }) => ({
    path,
    offset,
    bytes:
      offset === layout.model.offset
        ? packageBytes
        : (layout.parts.find((part) => part.offset === offset)?.bytes ?? new Uint8Array(0)),
  }));
}
