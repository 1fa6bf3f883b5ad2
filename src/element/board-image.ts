/** The image of a result: what is downloaded, run in the page and flashed, all the same bytes. */
import { UsageError } from '../shared/errors.js';
import { breath, piecesOf } from '../shared/breath.js';
import { startSha256, toHex } from '../image/digest.js';
import { findBoard } from '../plan/boards.js';
import { makePageImage, type PageImage } from '../worker/flash-image.js';
import type { ConvertResult } from '../worker/jobs.js';

export { assetUrls } from './asset-urls.js';

/** An image that is ready. */
export interface BoardImage {
  /** From flash address 0, `null` when somebody's own firmware came without a bootloader: then there are only parts. */
  readonly file: Blob | null;
  /** Bytes of the file, or of the parts. */
  readonly bytes: number;
  /** SHA-256 of the file, lower-case hexadecimal; `null` without one. */
  readonly sha256: string | null;
  readonly made: PageImage;
}

/**
 * Puts the package of a result together with the firmware.
 * @param firmwareOf address of the firmware for a chip's id, or its file
 * @throws FitError, FormatError or TransportError as `makePageImage`; UsageError when the package is transferred meanwhile
 */
export async function makeBoardImage(
  result: ConvertResult,
  firmwareOf: (chip: string) => string | File,
): Promise<BoardImage> {
  const firmware = firmwareOf(findBoard(result.plan.board).chip.id);
  if (typeof firmware !== 'string' && !('arrayBuffer' in firmware)) {
    throw new UsageError('The property firmwareFile is no file. It takes a File, as file inputs give it.');
  }
  // Memory that was transferred is empty from then on.
  const isThere = (): boolean => result.package.length > 0;
  try {
    const image = await assemble(result, firmware);
    if (isThere()) return image;
  } catch (error) {
    if (isThere()) throw error;
  }
  throw new UsageError(
    'The package was taken away while its image was made: copy it before you transfer it. Convert the model again.',
  );
}

async function assemble(result: ConvertResult, firmware: string | File): Promise<BoardImage> {
  const made = await makePageImage(result.package, { board: result.plan.board, firmware });
  if (!made.layout.bootable) {
    return {
      file: null,
      bytes: made.files.reduce((sum, file) => sum + file.bytes.length, 0),
      sha256: null,
      made,
    };
  }
  return { ...(await makeFile(made.pieces())), made };
}

/** The file of an image with its digest. A blob takes a copy of what it is given, so both are done piece by piece. */
async function makeFile(
  image: readonly Uint8Array[],
): Promise<Pick<BoardImage, 'bytes' | 'sha256'> & { file: Blob }> {
  const running = startSha256();
  const blobs: Blob[] = [];
  for (const bytes of image) {
    for (const piece of piecesOf(bytes)) {
      await breath();
      running.update(piece);
      // Blobs take any bytes but those of shared memory, which none of these are.
      blobs.push(new Blob([piece as Uint8Array<ArrayBuffer>]));
    }
  }
  const file = new Blob(blobs, { type: 'application/octet-stream' });
  return { file, bytes: file.size, sha256: toHex(running.finish()) };
}
