/** A model folder that a person dropped or picked in the browser: `File` objects, of which only what is needed is read. */
import { TransportError, UsageError } from '../shared/errors.js';
import { BlobStream, hasByteStreams } from './blob-stream.js';
import type { ByteSource, ModelFolder } from './byte-source.js';
import { MAX_FILES } from './limits.js';
import { checkName, checkRange, isInsideName } from './checks.js';
import { entryName, isCacheFolder, snapshotsIn } from './hub-cache.js';
import { modelFolderIn } from './inner-folder.js';
import { WindowPool } from './read-ahead.js';

/** A file with the path that a drop gave it (dropped entries carry it outside of the `File`). */
export interface NamedFile {
  /** Relative path with `/` between parts. */
  readonly path: string;
  readonly file: File;
}

/** A `File`, or any `Blob`, as a byte source; nothing is read before it is asked for. */
export class BlobSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly #blob: Blob;
  /** Made for the first long read; `null` where blobs have no byte streams. */
  #stream: BlobStream | null | undefined;

  constructor(name: string, blob: Blob) {
    this.name = name;
    this.size = blob.size;
    this.#blob = blob;
  }

  async read(begin: number, end: number, signal?: AbortSignal): Promise<Uint8Array> {
    signal?.throwIfAborted();
    checkRange(this, begin, end);
    return this.#attempt(end - begin, signal, async () => {
      return new Uint8Array(await this.#blob.slice(begin, end).arrayBuffer());
    });
  }

  async readTaking(
    memory: ArrayBuffer,
    begin: number,
    end: number,
    signal?: AbortSignal,
  ): Promise<Uint8Array> {
    this.#stream ??= hasByteStreams() ? new BlobStream(this.#blob) : null;
    const stream = this.#stream;
    if (stream === null) return this.read(begin, end, signal);
    signal?.throwIfAborted();
    checkRange(this, begin, end);
    return this.#attempt(end - begin, signal, () => stream.fill(memory, begin, end, signal));
  }

  async #attempt(
    length: number,
    signal: AbortSignal | undefined,
    read: () => Promise<Uint8Array>,
  ): Promise<Uint8Array> {
    let bytes: Uint8Array;
    try {
      bytes = await read();
    } catch (cause) {
      signal?.throwIfAborted();
      throw new TransportError(
        `${this.name}: the file cannot be read; it was changed, moved or removed since it was chosen. Choose the folder again.`,
        { cause, code: 'file-changed' },
      );
    }
    signal?.throwIfAborted();
    if (bytes.length !== length) {
      throw new TransportError(
        `${this.name}: the file became shorter while it was read. Choose the folder again when nothing writes to it.`,
        { code: 'file-changed' },
      );
    }
    return bytes;
  }
}

/**
 * A folder from a file input (`webkitdirectory`), a drop, or single files. When all files lie under one top folder, that
 * folder is the model folder and gives its name; of a folder or download cache around one model, that
 * model's is.
 * @throws UsageError when there is no file, too many, or two of the same name
 */
export function fileListFolder(files: readonly (File | NamedFile)[]): ModelFolder {
  if (files.length === 0)
    throw new UsageError('No files were chosen. Choose the folder that holds config.json.', {
      code: 'no-files',
    });
  if (files.length > MAX_FILES) {
    throw new UsageError(
      `${files.length} files were chosen. Choose only the folder that holds config.json.`,
      { code: 'too-many-files' },
    );
  }
  const pool = new WindowPool();
  return folderOfPaths(
    files.map((item) => {
      const path = 'path' in item ? item.path : item.webkitRelativePath || item.name;
      const file = 'file' in item ? item.file : item;
      return [path, (name) => pool.wrap(new BlobSource(name, file))] as const;
    }),
    'chosen files',
  );
}

/** Gives a file of a folder; called once. */
export type OpenFile = (name: string, signal?: AbortSignal) => ByteSource | Promise<ByteSource>;

/**
 * A folder of files with paths. When all lie under one top folder, that folder is the model folder and gives its name; of
 * a folder or download cache around one model, that model's is.
 * @param fallback its name where there is no top folder
 * @throws UsageError when two have the same name
 */
export function folderOfPaths(
  files: readonly (readonly [path: string, open: OpenFile])[],
  fallback: string,
): ModelFolder {
  const paths = files.map(([path]) => path.replace(/^\/+/, ''));
  const top = commonTop(paths);
  const inside = new Map<string, OpenFile>();
  for (const [index, [, open]] of files.entries()) {
    const path = paths[index] ?? '';
    const name = top === null ? path : path.slice(top.length + 1);
    // A name that we would never ask for (odd characters) is not an error: it is some other file in the folder.
    if (!isInsideName(name)) continue;
    if (inside.has(name))
      throw new UsageError(`Two files are named ${name}. Choose one model folder only.`, {
        code: 'two-models',
      });
    inside.set(name, open);
  }
  const [snapshot, another] = snapshotsIn([...inside.keys()]);
  if (snapshot !== undefined && another === undefined) {
    const begin = `${snapshot.path}/`;
    return folderOf(
      snapshot.model ?? entryName(top ?? '') ?? top ?? snapshot.path,
      new Map(
        [...inside]
          .filter(([name]) => name.startsWith(begin))
          .map(([name, open]) => [name.slice(begin.length), open]),
      ),
    );
  }
  return modelFolderIn(folderOf(top ?? fallback, inside));
}

function folderOf(name: string, files: ReadonlyMap<string, OpenFile>): ModelFolder {
  const opened = new Map<string, Promise<ByteSource>>();
  return {
    name,
    names: [...files.keys()].sort(),
    async open(file, signal) {
      signal?.throwIfAborted();
      checkName(file);
      const open = files.get(file);
      if (open === undefined) return null;
      let source = opened.get(file);
      if (source === undefined) {
        source = Promise.resolve(open(file, signal));
        opened.set(file, source);
        // A failed opening must not be remembered: the next try may succeed.
        source.catch(() => opened.delete(file));
      }
      return source;
    },
  };
}

/** The first path part that all paths share, when each has something below it. */
function commonTop(paths: readonly string[]): string | null {
  const first = paths[0]?.split('/')[0];
  if (first === undefined || first === '') return null;
  return paths.every((path) => path.startsWith(`${first}/`) && path.length > first.length + 1) ? first : null;
}

/**
 * A folder from the File System Access API. Files of the folder itself and of its direct subfolders are listed.
 * @throws TransportError when the folder cannot be read; UsageError when it holds too many files
 */
export async function directoryHandleFolder(
  handle: FileSystemDirectoryHandle,
  signal?: AbortSignal,
): Promise<ModelFolder> {
  const files: NamedFile[] = [];
  const visit = async (directory: FileSystemDirectoryHandle, prefix: string): Promise<void> => {
    for await (const [name, entry] of directory.entries()) {
      signal?.throwIfAborted();
      if (files.length > MAX_FILES) return;
      if (entry.kind === 'file') {
        files.push({ path: prefix + name, file: await (entry as FileSystemFileHandle).getFile() });
      } else if (
        !name.startsWith('.') &&
        (prefix.split('/').length <= 2 || isCacheFolder((prefix + name).replace(/^[^/]*\//, '')))
      ) {
        await visit(entry as FileSystemDirectoryHandle, `${prefix}${name}/`);
      }
    }
  };
  try {
    await visit(handle, `${handle.name || 'folder'}/`);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new TransportError(`${handle.name}: the folder cannot be read. Choose it again and allow access.`, {
      cause,
      code: 'file-changed',
    });
  }
  return fileListFolder(files);
}
