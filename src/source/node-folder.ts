/**
 * A model folder on disk, for the command line and tests. Node only: it is its own entry so that no browser bundle
 * pulls it in.
 */
import { constants, fstatSync } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { TransportError } from '../shared/errors.js';
import type { ByteSource, ModelFolder } from './byte-source.js';
import { checkName, checkRange } from './checks.js';
import { entryName, isCacheFolder, snapshotsIn } from './hub-cache.js';
import { modelFolderIn } from './inner-folder.js';
import { archiveKind, isModelFile } from './model-file.js';

/** Files listed in one folder; more means that the wrong folder was named, not a bigger model. */
const MAX_LISTED = 10_000;

/** Folder levels listed: the folder itself and one below (additional chat templates live there). */
const MAX_DEPTH = 2;

/** A folder on disk; {@link close} it when the work is done. */
export interface NodeFolder extends ModelFolder {
  close(): Promise<void>;
}

/** What identifies the content that was opened; any change means that the bytes read so far may not fit the next. */
interface Identity {
  readonly size: bigint;
  readonly modified: bigint;
  readonly changed: bigint;
}

/** One file on disk; {@link close} it when the work is done. */
export interface NodeFile extends ByteSource {
  close(): Promise<void>;
}

class NodeSource implements NodeFile {
  readonly name: string;
  readonly size: number;
  readonly #handle: FileHandle;
  readonly #identity: Identity;

  constructor(name: string, handle: FileHandle, identity: Identity) {
    this.name = name;
    this.size = Number(identity.size);
    this.#handle = handle;
    this.#identity = identity;
  }

  async read(begin: number, end: number, signal?: AbortSignal): Promise<Uint8Array> {
    checkRange(this, begin, end);
    // Not from the shared pool: the caller may transfer the buffer. Not zeroed: every byte is read over.
    const buffer = Buffer.allocUnsafeSlow(end - begin);
    const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
    await this.readInto(bytes, begin, signal);
    return bytes;
  }

  async readInto(target: Uint8Array, begin: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    checkRange(this, begin, begin + target.length);
    let done = 0;
    try {
      while (done < target.length) {
        // One call may give less than asked for (signals, network disks, 2 GiB limit).
        const { bytesRead } = await this.#handle.read(target, done, target.length - done, begin + done);
        if (bytesRead === 0) break;
        done += bytesRead;
        signal?.throwIfAborted();
      }
    } catch (cause) {
      signal?.throwIfAborted();
      throw new TransportError(
        `${this.name}: the file cannot be read (${reasonOf(cause)}). Check the disk.`,
        { cause },
      );
    }
    const now = identify(this.#handle);
    if (done < target.length || now.size !== this.#identity.size) {
      throw new TransportError(
        `${this.name}: the file was ${this.#identity.size} bytes long and now has ${now.size}. Wait until nothing writes to it and start again.`,
      );
    }
    if (now.modified !== this.#identity.modified || now.changed !== this.#identity.changed) {
      throw new TransportError(
        `${this.name}: the file was changed while it was read. Wait until nothing writes to it and start again.`,
      );
    }
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/**
 * Opens one file on disk; its name is the last part of the path.
 * @throws TransportError when it is absent, is not a file or cannot be opened
 */
export async function nodeFile(path: string): Promise<NodeFile> {
  const whole = resolve(path);
  const source = await openSource(dirname(whole), basename(whole));
  if (source === null) throw new TransportError(`${path}: there is no such file. Check the path.`);
  return source;
}

/**
 * Opens a folder on disk; of a folder or download cache around one model, that model's. A file that is a model by itself is
 * opened as a folder that holds it.
 * @throws TransportError when it is absent, is not a folder or cannot be listed
 */
export async function nodeFolder(path: string): Promise<NodeFolder> {
  const root = resolve(path);
  const names: string[] = [];
  try {
    if (!(await stat(root)).isDirectory()) {
      if (!isModelFile(root)) throw new TransportError(otherFile(path));
      return fileFolder(root);
    }
    await list(root, '', 1, names);
  } catch (cause) {
    if (cause instanceof TransportError) throw cause;
    throw new TransportError(`${path}: the folder cannot be read (${reasonOf(cause)}). Check the path.`, {
      cause,
    });
  }
  const [snapshot, another] = snapshotsIn(names);
  if (snapshot !== undefined && another === undefined) return nodeFolder(join(root, snapshot.path));
  const { folder, close } = openedFolder(path, root, names.sort());
  return { ...modelFolderIn(folder), close };
}

/** A file that is no model by itself, and what to do with it. */
function otherFile(path: string): string {
  const archive = archiveKind(path);
  return archive === null
    ? `${path} is a file. Name the folder that holds config.json, a .zip of it, or a .gguf file.`
    : `${path} is a ${archive} archive, which is not read. Unpack it and name the folder that it gives.`;
}

/** The folder around a file that is a model. */
function fileFolder(path: string): NodeFolder {
  const name = basename(path);
  const { folder, close } = openedFolder(path, dirname(path), [name]);
  return { ...folder, name, close };
}

/** A folder whose files are opened once, and closed together. */
function openedFolder(
  path: string,
  root: string,
  names: readonly string[],
): { readonly folder: ModelFolder; readonly close: () => Promise<void> } {
  const opened = new Map<string, Promise<NodeSource | null>>();
  let closed = false;
  const close = async (): Promise<void> => {
    closed = true;
    const sources = await Promise.allSettled([...opened.values()]);
    opened.clear();
    for (const item of sources) if (item.status === 'fulfilled') await item.value?.close();
  };
  const folder: ModelFolder = {
    name: nameOf(root),
    names,
    async open(name, signal) {
      signal?.throwIfAborted();
      checkName(name);
      if (closed) throw new TransportError(`${path}: the folder was closed. Open it again.`);
      let source = opened.get(name);
      if (source === undefined) {
        source = openSource(root, name);
        opened.set(name, source);
        // A failed opening must not be remembered: the next try may succeed.
        source.catch(() => opened.delete(name));
      }
      return source;
    },
  };
  return { folder, close };
}

/** A folder's own name; a snapshot in a download cache is named by its model. */
function nameOf(root: string): string {
  const isSnapshot = basename(dirname(root)) === 'snapshots';
  return (isSnapshot ? entryName(basename(dirname(dirname(root)))) : null) ?? (basename(root) || root);
}

async function list(root: string, prefix: string, depth: number, names: string[]): Promise<void> {
  for (const entry of await readdir(join(root, prefix), { withFileTypes: true })) {
    if (names.length >= MAX_LISTED) return;
    const name = prefix + entry.name;
    if (entry.isDirectory()) {
      if (!entry.name.startsWith('.') && (depth < MAX_DEPTH || isCacheFolder(name)))
        await list(root, `${name}/`, depth + 1, names);
    } else if (entry.isFile() || (entry.isSymbolicLink() && (await isFileBehind(join(root, name))))) {
      // The download cache of huggingface_hub keeps its files as links.
      names.push(name);
    }
  }
}

async function isFileBehind(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function openSource(root: string, name: string): Promise<NodeSource | null> {
  let handle: FileHandle;
  try {
    // Without O_NONBLOCK the opening of a named pipe would wait for a writer for ever.
    handle = await open(join(root, name), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    if (isMissing(cause)) return null;
    throw new TransportError(
      `${name}: the file cannot be opened (${reasonOf(cause)}). Check its permissions.`,
      { cause },
    );
  }
  try {
    if (!(await handle.stat()).isFile()) {
      await handle.close();
      return null;
    }
    return new NodeSource(name, handle, identify(handle));
  } catch (cause) {
    await handle.close().catch(() => undefined);
    throw new TransportError(`${name}: the file cannot be opened (${reasonOf(cause)}). Check the disk.`, {
      cause,
    });
  }
}

/** Of an open file, without waiting: what the system knows costs less than being told later that it is there. */
function identify({ fd }: FileHandle): Identity {
  const { size, mtimeNs, ctimeNs } = fstatSync(fd, { bigint: true });
  return { size, modified: mtimeNs, changed: ctimeNs };
}

function isMissing(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR';
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function reasonOf(error: unknown): string {
  return codeOf(error) ?? (error instanceof Error ? error.message : String(error));
}
