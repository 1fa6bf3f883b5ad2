/** A zip archive that a person dropped or picked: what is unpacked becomes blobs, which browsers keep outside of memory. */
import { UnsupportedError } from '../shared/errors.js';
import type { ByteSource, ModelFolder } from './byte-source.js';
import { BlobSource } from './file-list-folder.js';
import { WindowPool } from './read-ahead.js';
import { zipFolder } from './zip-folder.js';

/** Unpacked bytes that are in memory before they go into a blob. */
const HELD_BYTES = 8 << 20;

/**
 * Opens an archive.
 * @throws as `zipFolder`; UnsupportedError where the browser unpacks nothing
 */
export function blobZipFolder(file: Blob, name: string, signal?: AbortSignal): Promise<ModelFolder> {
  const pool = new WindowPool();
  return zipFolder(
    new BlobSource(name, file),
    async (packed, check, member): Promise<ByteSource> => {
      const unpacked = check(piecesOf(streamOf(packed).pipeThrough(inflater(name))));
      const blobs: Blob[] = [];
      let held: Uint8Array[] = [];
      let bytes = 0;
      const put = (): void => {
        blobs.push(new Blob(held as Uint8Array<ArrayBuffer>[]));
        held = [];
        bytes = 0;
      };
      for await (const piece of unpacked) {
        held.push(piece);
        bytes += piece.length;
        if (bytes >= HELD_BYTES) put();
      }
      put();
      return pool.wrap(new BlobSource(member, new Blob(blobs)));
    },
    signal,
  );
}

function inflater(file: string): DecompressionStream {
  try {
    return new DecompressionStream('deflate-raw');
  } catch {
    // Chromium knows this form since 103, Firefox since 113.
    throw new UnsupportedError('This browser cannot unpack it.', {
      file,
      remedy: 'Unpack the archive and choose the folder, or use a newer browser.',
    });
  }
}

function streamOf(pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = pieces[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const next: IteratorResult<Uint8Array, unknown> = await iterator.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value as Uint8Array<ArrayBuffer>);
    },
    cancel: () => void iterator.return?.(),
  });
}

/** Streams are no iterables in every browser. */
async function* piecesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
