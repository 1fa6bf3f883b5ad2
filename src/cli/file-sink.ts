/** Writes a file that appears under its name only when it is complete. */
import { open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { TransportError } from '../shared/errors.js';
import type { PackageSink } from '../package/writer.js';
import { finished, unfinished } from './unfinished.js';

export class FileSink implements PackageSink {
  private handle: FileHandle | null = null;
  private end = 0;
  /** Where the path leads, through links. */
  private target: string;

  /** @param path the final name; until {@link close} the bytes are in a file beside it */
  constructor(private readonly path: string) {
    this.target = path;
  }

  private get partial(): string {
    return `${this.target}.${process.pid}.part`;
  }

  /** Makes the file, so that a path that cannot be written is found out before the work. */
  async open(): Promise<void> {
    if (this.handle !== null) return;
    const present = await stat(this.path).catch(() => null);
    if (present?.isDirectory() === true)
      throw new TransportError(`Cannot write ${this.path}: it is a folder. Name a file.`);
    if (present !== null && !present.isFile())
      throw new TransportError(`Cannot write ${this.path}: it is a device or a pipe. Name a file.`);
    if (present !== null) this.target = await realpath(this.path);
    unfinished(this.partial);
    this.handle = await this.attempt(() => open(this.partial, 'w'));
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

  /** Gives the file its name. */
  async close(): Promise<void> {
    await this.handle?.close();
    this.handle = null;
    try {
      await this.attempt(() => rename(this.partial, this.target));
    } catch (error) {
      await rm(this.partial, { force: true });
      throw error;
    } finally {
      finished(this.partial);
    }
  }

  /** Removes what was written; does nothing after {@link close}. */
  async discard(): Promise<void> {
    if (this.handle === null) return;
    await this.handle.close();
    this.handle = null;
    await rm(this.partial, { force: true });
    finished(this.partial);
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
      throw new TransportError(`Cannot write ${this.path}: ${reason}. Check the path and the free space.`, {
        cause,
      });
    }
  }
}
