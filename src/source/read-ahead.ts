/**
 * Makes many small reads cheap where each read has a price of its own: slices of a browser's files (a message to another
 * process each) and HTTP ranges (a request each). Reads close to the one before are served from larger windows, and the
 * next window is fetched while the caller works.
 */
import { TransportError } from '../shared/errors.js';
import type { ByteSource } from './byte-source.js';
import { checkRange } from './checks.js';

/** Bytes per window: at this size the price of a read is a small part of its time. */
export const WINDOW_BYTES = 8 * 1024 * 1024;

/** Windows kept, of all files of a folder together: what bounds the memory. The current one, one back, and those ahead. */
const KEPT_WINDOWS = 4;

/** Reads in a row that must be near before windows are fetched: reading only a header takes two. */
const NEAR_READS = 2;

/** Windows without content whose memory is kept: as many as are fetched at once. */
const MAX_SPARE = 2;

/** Windows fetched ahead: a browser reads two at a time a third faster than one. */
const AHEAD = 2;

/** A piece of a file that is kept, or on its way. */
interface Window {
  readonly bytes: Promise<Uint8Array>;
  /** Readers that wait for the bytes or copy from them. */
  users: number;
  /** Whether the pool still offers it to further readers. */
  kept: boolean;
}

/** The windows of all files of one folder, oldest use first. */
export class WindowPool {
  readonly windowBytes: number;
  readonly #windows = new Map<string, Window>();
  /** Memory of windows that nobody uses any more, for the next ones. */
  readonly #spare: ArrayBuffer[] = [];
  #files = 0;

  constructor(windowBytes: number = WINDOW_BYTES) {
    this.windowBytes = windowBytes;
  }

  /** A source that reads through this pool. */
  wrap(source: ByteSource): ByteSource {
    return new ReadAheadSource(source, this, this.#files++);
  }

  has(key: string): boolean {
    return this.#windows.has(key);
  }

  /** The window of a key, fetched when it is not there. Each use ends with {@link release}. */
  use(key: string, fetch: () => Promise<Uint8Array>): Window {
    let window = this.#windows.get(key);
    if (window === undefined) {
      const started: Window = { bytes: fetch(), users: 0, kept: true };
      // A failed fetch must not be remembered; whoever waits for it hears of it.
      started.bytes.catch(() => {
        if (this.#windows.get(key) === started) this.#windows.delete(key);
      });
      window = started;
    }
    window.users += 1;
    this.#windows.delete(key);
    this.#windows.set(key, window);
    for (const [oldest, old] of this.#windows) {
      if (this.#windows.size <= KEPT_WINDOWS) break;
      this.#windows.delete(oldest);
      old.kept = false;
      this.#recycle(old);
    }
    return window;
  }

  release(window: Window): void {
    window.users -= 1;
    this.#recycle(window);
  }

  /** Memory for a whole window. */
  takeMemory(): ArrayBuffer {
    return this.#spare.pop() ?? new ArrayBuffer(this.windowBytes);
  }

  #recycle(window: Window): void {
    if (window.kept || window.users > 0) return;
    window.bytes.then(
      ({ buffer }) => {
        const fits = buffer instanceof ArrayBuffer && buffer.byteLength === this.windowBytes;
        if (fits && this.#spare.length < MAX_SPARE) this.#spare.push(buffer);
      },
      () => undefined,
    );
  }
}

class ReadAheadSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly #source: ByteSource;
  readonly #pool: WindowPool;
  readonly #file: number;
  /** End of the last read; NaN, which is near to nothing, before the first. */
  #lastEnd = NaN;
  /** Near reads in a row. */
  #nearReads = 0;

  constructor(source: ByteSource, pool: WindowPool, file: number) {
    this.name = source.name;
    this.size = source.size;
    this.#source = source;
    this.#pool = pool;
    this.#file = file;
  }

  async read(begin: number, end: number, signal?: AbortSignal): Promise<Uint8Array> {
    signal?.throwIfAborted();
    checkRange(this, begin, end);
    if (!this.#isNear(begin, end)) return this.#source.read(begin, end, signal);
    const bytes = new Uint8Array(end - begin);
    await this.#fill(bytes, begin, signal);
    return bytes;
  }

  async readInto(target: Uint8Array, begin: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const end = begin + target.length;
    checkRange(this, begin, end);
    if (this.#isNear(begin, end)) await this.#fill(target, begin, signal);
    else if (this.#source.readInto !== undefined) await this.#source.readInto(target, begin, signal);
    else target.set(await this.#source.read(begin, end, signal));
  }

  /** Whether windows pay: a first look at a file, a far jump and a read as long as a window go straight through. */
  #isNear(begin: number, end: number): boolean {
    const { windowBytes } = this.#pool;
    this.#nearReads = Math.abs(begin - this.#lastEnd) <= windowBytes ? this.#nearReads + 1 : 0;
    this.#lastEnd = end;
    return end - begin < windowBytes && this.#nearReads >= NEAR_READS;
  }

  async #fill(target: Uint8Array, begin: number, signal: AbortSignal | undefined): Promise<void> {
    const { windowBytes } = this.#pool;
    const end = begin + target.length;
    for (let at = begin; at < end;) {
      const index = Math.floor(at / windowBytes);
      const start = index * windowBytes;
      const stop = Math.min(end, start + windowBytes);
      await this.#copy(index, at - start, target.subarray(at - begin, stop - begin), signal);
      at = stop;
    }
  }

  /** Copies from a window, and has the next ones fetched. */
  async #copy(
    index: number,
    begin: number,
    target: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const window = this.#use(index, signal);
    this.#fetchAhead(index, signal);
    try {
      await this.#copyFrom(window, begin, target);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof TransportError) throw error;
      // Fetched for another reader, whose abort is not ours.
      await this.#copyFrom(this.#use(index, signal), begin, target);
    }
  }

  async #copyFrom(window: Window, begin: number, target: Uint8Array): Promise<void> {
    try {
      const bytes = await window.bytes;
      target.set(bytes.subarray(begin, begin + target.length));
    } finally {
      this.#pool.release(window);
    }
  }

  #fetchAhead(index: number, signal: AbortSignal | undefined): void {
    // Going forward: the one before was used, so the next will be.
    const forward = index === 0 || this.#pool.has(this.#key(index - 1));
    if (!forward) return;
    for (let next = index + 1; next <= index + AHEAD; next++) {
      if (next * this.#pool.windowBytes >= this.size) return;
      this.#pool.release(this.#use(next, signal));
    }
  }

  #use(index: number, signal: AbortSignal | undefined): Window {
    const begin = index * this.#pool.windowBytes;
    const end = Math.min(this.size, begin + this.#pool.windowBytes);
    return this.#pool.use(this.#key(index), () => this.#fetch(begin, end, signal));
  }

  #fetch(begin: number, end: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const isWhole = end - begin === this.#pool.windowBytes;
    if (!isWhole || this.#source.readTaking === undefined) return this.#source.read(begin, end, signal);
    return this.#source.readTaking(this.#pool.takeMemory(), begin, end, signal);
  }

  #key(index: number): string {
    return `${this.#file}:${index}`;
  }
}
