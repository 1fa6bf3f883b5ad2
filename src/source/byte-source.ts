/** What every later room knows about where bytes come from. */

/** A random-access sequence of bytes: a file, a slice, a URL with ranges, memory. */
export interface ByteSource {
  /** Name inside the folder, with `/` between parts. */
  readonly name: string;
  /** Length in bytes. */
  readonly size: number;
  /**
   * Reads the bytes `[begin, end)`.
   * @throws TransportError when they cannot be had; RangeError when the range is outside the source
   */
  read(begin: number, end: number, signal?: AbortSignal): Promise<Uint8Array>;
}

/** A model folder: named byte sources. */
export interface ModelFolder {
  /** The folder's own name, for people. */
  readonly name: string;
  /** Names that are known to be present; `null` when the folder cannot be listed (plain URL). */
  readonly names: readonly string[] | null;
  /** Opens a file, `null` when it is absent. */
  open(name: string, signal?: AbortSignal): Promise<ByteSource | null>;
}
