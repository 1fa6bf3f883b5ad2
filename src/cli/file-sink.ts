/** Writes a file that appears under its name only when it is complete and on the disk. */
import { lstat, mkdir, open, realpath, rename, rm, rmdir, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { TransportError } from '../shared/errors.js';
import type { PackageSink } from '../package/writer.js';
import { removeStale, track, unfinishedName, untrack } from './unfinished.js';

export interface FileSinkOptions {
  /** A link of this name is replaced, not followed: for names that are ours, in a folder that others write to. */
  readonly replaceLink?: boolean;
  /** What messages call the file, where it is yet to be moved. */
  readonly shownAs?: string;
}

export class FileSink implements PackageSink {
  private handle: FileHandle | null = null;
  private end = 0;
  /** Where the path leads. */
  private target: string;
  /** The file beside it that has the bytes until {@link name}; `null` before {@link open} and after the end. */
  private partial: string | null = null;

  /** @param path the final name */
  constructor(
    private readonly path: string,
    private readonly options: FileSinkOptions = {},
  ) {
    this.target = resolve(path);
  }

  private get shown(): string {
    return this.options.shownAs ?? this.path;
  }

  /** Makes the file, so that a path that cannot be written is found out before the work. */
  async open(): Promise<void> {
    if (this.partial !== null) return;
    const { replaceLink = false } = this.options;
    const present = await (replaceLink ? lstat : stat)(this.path).catch(() => null);
    if (present?.isDirectory() === true)
      throw new TransportError(`Cannot write ${this.shown}: it is a folder. Name a file.`);
    if (present !== null && !present.isFile() && !present.isSymbolicLink())
      throw new TransportError(`Cannot write ${this.shown}: it is a device or a pipe. Name a file.`);
    if (present !== null && !replaceLink) this.target = await realpath(this.path);
    const [folder, name] = [dirname(this.target), basename(this.target)];
    await removeStale(folder, name);
    const partial = join(folder, unfinishedName(name));
    // Exclusively: whatever has the name, a link too, is not written into.
    track(partial);
    try {
      this.handle = await this.attempt(() => open(partial, 'wx'));
    } catch (error) {
      untrack(partial);
      throw error;
    }
    this.partial = partial;
  }

  async begin(headLength: number): Promise<void> {
    await this.open();
    this.end = headLength;
  }

  async append(bytes: Uint8Array): Promise<void> {
    await this.write(bytes, this.end);
    this.end += bytes.length;
  }

  async prepend(head: Uint8Array): Promise<void> {
    await this.write(head, 0);
  }

  /** Puts all of it on the disk: from here on only {@link name} is left, which needs no room. */
  async finish(): Promise<void> {
    const { handle } = this;
    if (handle === null) return;
    await this.attempt(() => handle.sync());
    this.handle = null;
    await this.attempt(() => handle.close());
  }

  /** Gives the finished file its name. */
  async name(): Promise<void> {
    const { partial } = this;
    if (partial === null) return;
    await this.attempt(() => rename(partial, this.target));
    this.partial = null;
    untrack(partial);
    await syncFolder(dirname(this.target));
  }

  /** Both. */
  async close(): Promise<void> {
    await this.finish();
    await this.name();
  }

  /** Removes what was written; does nothing after {@link name}. */
  async discard(): Promise<void> {
    const { handle, partial } = this;
    this.handle = null;
    this.partial = null;
    await handle?.close().catch(() => undefined);
    if (partial === null) return;
    await rm(partial, { force: true }).catch(() => undefined);
    untrack(partial);
  }

  private async write(bytes: Uint8Array, position: number): Promise<void> {
    const { handle } = this;
    if (handle === null) throw new RangeError('the file is not open');
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.attempt(() =>
        handle.write(bytes, done, bytes.length - done, position + done),
      );
      done += bytesWritten;
    }
  }

  private async attempt<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new TransportError(`Cannot write ${this.shown}: ${reason}. Check the path and the free space.`, {
        cause,
      });
    }
  }
}

/** Puts the names in a folder on the disk, where the system can. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r').catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close().catch(() => undefined);
}

/** Makes a folder and those above it. @returns those that were made, the outermost first */
export async function makeFolders(path: string): Promise<readonly string[]> {
  const first = await mkdir(path, { recursive: true }).catch((cause: Error) => {
    throw new TransportError(`Cannot make the folder ${path}: ${cause.message}. Name another one.`, {
      cause,
    });
  });
  if (first === undefined) return [];
  const made = [];
  for (let at = resolve(path); at.length >= first.length; at = dirname(at)) made.unshift(at);
  return made;
}

/** Takes folders away again that {@link makeFolders} made; one that somebody put something into stays. */
export async function removeFolders(made: readonly string[]): Promise<void> {
  for (const path of made.toReversed()) await rmdir(path).catch(() => undefined);
}
