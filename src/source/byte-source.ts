/** What every later room knows about where bytes come from. */

/** A random-access sequence of bytes: a file, a slice, a URL with ranges, memory. */
export interface ByteSource {
  /** Name inside the folder, with `/` between parts. */
  readonly name: string;
  /** Length in bytes. */
  readonly size: number;
  /**
   * Reads the bytes `[begin, end)`, exactly that many. The array is the caller's own.
   * @throws TransportError when they cannot be had; RangeError when the range is outside the source
   */
  read(begin: number, end: number, signal?: AbortSignal): Promise<Uint8Array>;
  /**
   * Fills `target` with the bytes from `begin` on: for sources that can read into memory which is already there.
   * `target` must stay attached until the promise settles (WebAssembly memory must not grow meanwhile).
   * @throws as {@link read}
   */
  readInto?(target: Uint8Array, begin: number, signal?: AbortSignal): Promise<void>;
  /**
   * As {@link read}, with memory for the result, which is given away: for sources that can use it, and spare the work of
   * getting fresh memory for each of many reads. It has at least as many bytes as are read.
   * @returns the bytes, at the start of that memory under a new view, or in other memory
   */
  readTaking?(memory: ArrayBuffer, begin: number, end: number, signal?: AbortSignal): Promise<Uint8Array>;
}

/** A model folder: named byte sources. */
export interface ModelFolder {
  /** The folder's own name, for people. */
  readonly name: string;
  /** Names that are known to be present; `null` when the folder cannot be listed (plain URL). */
  readonly names: readonly string[] | null;
  /**
   * Opens a file, `null` when it is absent.
   * @throws TransportError when it may be there but cannot be had; RangeError when the name leaves the folder
   */
  open(name: string, signal?: AbortSignal): Promise<ByteSource | null>;
  /** Releases what the folder holds open (file handles); its sources can no longer be read afterwards. */
  close?(): Promise<void>;
}
