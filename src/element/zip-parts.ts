/** The parts of an image with their manifest, in one archive. */
import { Zip, ZipPassThrough } from 'fflate';
import type { MadeImage } from '../pipeline/image.js';

/** The same parts give the same archive; ZIP's calendar begins here. */
const EPOCH = new Date(1980, 0, 1);

/**
 * @param name of the model, for the manifest
 * @returns a ZIP archive without compression: quantized weights hardly shrink
 */
export function zipParts(image: MadeImage, name: string): Blob {
  const manifest = new TextEncoder().encode(`${JSON.stringify(image.manifest(name), null, 2)}\n`);
  return zipFiles([...image.files, { path: 'manifest.json', bytes: manifest }]);
}

/**
 * Files in one archive, without compression.
 * @param files with `/` between the parts of their paths
 */
export function zipFiles(files: readonly { readonly path: string; readonly bytes: Uint8Array }[]): Blob {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const zip = new Zip((error, data) => {
    if (error !== null) throw error;
    pieces.push(data);
  });
  const add = (path: string, bytes: Uint8Array): void => {
    const file = new ZipPassThrough(path);
    file.mtime = EPOCH;
    zip.add(file);
    // Pieces are handed on as they are: the archive shares the package's memory until it is saved.
    file.push(bytes, true);
  };
  for (const { path, bytes } of files) add(path, bytes);
  zip.end();
  return new Blob(pieces, { type: 'application/zip' });
}
