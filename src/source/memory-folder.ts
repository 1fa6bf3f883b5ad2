/** A model folder that is already in memory: embedded sample models, downloads without ranges, tests. */
import type { ByteSource, ModelFolder } from './byte-source.js';
import { checkName, checkRange } from './checks.js';

/** One file in memory. Reads give copies, so a caller may keep or transfer them. */
export class MemorySource implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly #bytes: Uint8Array;

  constructor(name: string, bytes: Uint8Array) {
    this.name = name;
    this.size = bytes.length;
    this.#bytes = bytes;
  }

  async read(begin: number, end: number, signal?: AbortSignal): Promise<Uint8Array> {
    signal?.throwIfAborted();
    checkRange(this, begin, end);
    return this.#bytes.slice(begin, end);
  }

  async readInto(target: Uint8Array, begin: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    checkRange(this, begin, begin + target.length);
    target.set(this.#bytes.subarray(begin, begin + target.length));
  }
}

/**
 * A folder of files in memory.
 * @param name the folder's name, for people
 * @param files contents by name (`/` between parts)
 */
export function memoryFolder(name: string, files: Readonly<Record<string, Uint8Array>>): ModelFolder {
  const sources = new Map(
    Object.entries(files).map(([file, bytes]) => [file, new MemorySource(file, bytes)]),
  );
  return {
    name,
    names: [...sources.keys()].sort(),
    async open(file, signal) {
      signal?.throwIfAborted();
      checkName(file);
      return sources.get(file) ?? null;
    },
  };
}
