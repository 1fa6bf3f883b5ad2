/** A zip archive on disk, for the command line: what is unpacked goes to temporary files, which are gone when it is closed. Node only. */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, pipeline } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import { TransportError } from '../shared/errors.js';
import type { ByteSource } from '../source/byte-source.js';
import { nodeFile, type NodeFile, type NodeFolder } from '../source/node-folder.js';
import { zipFolder } from '../source/zip-folder.js';

/**
 * Opens an archive.
 * @throws as `zipFolder`
 */
export async function nodeZipFolder(path: string, signal?: AbortSignal): Promise<NodeFolder> {
  const archive = await nodeFile(path);
  const files: NodeFile[] = [];
  let count = 0;
  let folder: Promise<string> | null = null;
  const close = async (): Promise<void> => {
    await archive.close();
    for (const file of files) await file.close();
    if (folder !== null) await rm(await folder, { recursive: true, force: true });
  };
  try {
    const opened = await zipFolder(
      archive,
      async (packed, check, name): Promise<ByteSource> => {
        folder ??= mkdtemp(join(tmpdir(), 'esp32-llm-converter-'));
        const place = join(await folder, String(count++));
        const inflate = createInflateRaw();
        // What fails on either side ends the other; the reader of this side is told.
        pipeline(Readable.from(packed), inflate, () => undefined);
        await write(place, check(inflate));
        const file = await nodeFile(place);
        files.push(file);
        return renamed(file, name);
      },
      signal,
    );
    return { ...opened, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function write(place: string, unpacked: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(place, 'wx', 0o600);
  try {
    for await (const piece of unpacked) {
      for (let done = 0; done < piece.length;) done += await put(file, piece, done);
    }
  } finally {
    await file.close();
  }
}

async function put(file: Awaited<ReturnType<typeof open>>, piece: Uint8Array, done: number): Promise<number> {
  try {
    return (await file.write(piece, done)).bytesWritten;
  } catch (cause) {
    throw new TransportError(
      `The archive cannot be unpacked to ${tmpdir()}: ${(cause as Error).message}. Make room there, or set TMPDIR.`,
      { cause },
    );
  }
}

function renamed(file: NodeFile, name: string): ByteSource {
  return {
    name,
    size: file.size,
    read: file.read.bind(file),
    ...(file.readInto === undefined ? {} : { readInto: file.readInto.bind(file) }),
  };
}
