/** The image of a result: what is downloaded, run in the page and flashed, all the same bytes. */
import { startSha256, toHex } from '../image/digest.js';
import { imageBlob, makePageImage, type PageImage } from '../worker/flash-image.js';
import type { ConvertResult } from '../worker/jobs.js';

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

/** Bytes that are digested before the page gets its turn: some milliseconds even before the code is warm. */
const STRETCH = 128 * 1024;

/**
 * Puts the package of a result together with the firmware.
 * @param firmware address of the firmware, or its file
 * @throws FitError, FormatError or TransportError as `makePageImage`
 */
export async function makeBoardImage(result: ConvertResult, firmware: string | File): Promise<BoardImage> {
  const made = await makePageImage(result.package, { board: result.plan.board, firmware });
  if (!made.layout.bootable) {
    return {
      file: null,
      bytes: made.files.reduce((sum, file) => sum + file.bytes.length, 0),
      sha256: null,
      made,
    };
  }
  const file = imageBlob(made);
  return { file, bytes: file.size, sha256: toHex(await digest(file, made.pieces())), made };
}

/**
 * By the browser, beside the page's own thread; by our own code in stretches where a page is served without encryption
 * from another machine, because browsers keep theirs from such pages.
 */
async function digest(file: Blob, pieces: readonly Uint8Array[]): Promise<Uint8Array> {
  const { subtle } = crypto as Partial<Crypto>;
  if (subtle !== undefined) return new Uint8Array(await subtle.digest('SHA-256', await file.arrayBuffer()));
  const running = startSha256();
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += STRETCH) {
      running.update(piece.subarray(at, at + STRETCH));
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }
  return running.finish();
}
