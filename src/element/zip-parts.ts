/** The parts of an image with their manifest, or a class kit, in one archive. */
import { Zip, ZipPassThrough } from 'fflate';
import type { MadeImage } from '../pipeline/image.js';
import { breath, piecesOf } from '../shared/breath.js';

/** The same parts give the same archive; ZIP's calendar begins here. */
const EPOCH = new Date(1980, 0, 1);

/** Bytes that become one blob at once: making one copies them. */
const BLOB_BYTES = 4 * 1024 * 1024;

/** A file of an archive. */
export interface ArchivedFile {
  /** With `/` between parts. */
  readonly path: string;
  /** Its bytes one after the other, none of them long. */
  pieces(): Iterable<Uint8Array>;
}

/** How an archive is made. */
export interface ZipOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes so far. */
  readonly onProgress?: ((done: number) => void) | undefined;
  /** Waited for after every piece; default lets the page have its turn. */
  readonly pause?: () => Promise<void>;
}

/**
 * @param name of the model, for the manifest
 * @returns a ZIP archive without compression: quantized weights hardly shrink
 */
export async function zipParts(image: MadeImage, name: string): Promise<Blob> {
  const manifest = new TextEncoder().encode(`${JSON.stringify(image.manifest(name), null, 2)}\n`);
  const files = [...image.files, { path: 'manifest.json', bytes: manifest }];
  return zipFiles(files.map(({ path, bytes }) => ({ path, pieces: () => piecesOf(bytes) })));
}

/**
 * Files in one archive, without compression. Between two pieces the page gets its turn: checksums and copies of a whole
 * model take seconds.
 * @throws the signal's reason
 */
export async function zipFiles(files: readonly ArchivedFile[], options: ZipOptions = {}): Promise<Blob> {
  const { signal, onProgress, pause = breath } = options;
  const blobs: Blob[] = [];
  let held: Uint8Array<ArrayBuffer>[] = [];
  let heldBytes = 0;
  const seal = (): void => {
    blobs.push(new Blob(held));
    held = [];
    heldBytes = 0;
  };
  const zip = new Zip((error, data) => {
    if (error !== null) throw error;
    held.push(data);
    heldBytes += data.length;
  });
  let done = 0;
  for (const archived of files) {
    const file = new ZipPassThrough(archived.path);
    file.mtime = EPOCH;
    zip.add(file);
    for (const piece of archived.pieces()) {
      file.push(piece);
      done += piece.length;
      if (heldBytes >= BLOB_BYTES) seal();
      onProgress?.(done);
      await pause();
      signal?.throwIfAborted();
    }
    file.push(new Uint8Array(0), true);
  }
  zip.end();
  seal();
  // Of blobs only their places are noted.
  return new Blob(blobs, { type: 'application/zip' });
}
