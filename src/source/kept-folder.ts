/** A model folder that keeps the small files which were read of it, so that whoever needs them next does not read them again. */
import type { ByteSource, ModelFolder } from './byte-source.js';
import { MemorySource } from './memory-folder.js';

/** A file's name and all of its bytes. */
export interface KeptFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Most bytes that are kept. Configuration, tokenizer and template of a model that fits a chip have a few hundred KB; the
 * tokenizers of the largest vocabularies some 10 MB.
 */
export const MAX_KEPT_BYTES = 16 * 1024 * 1024;

export class KeptFolder implements ModelFolder {
  readonly name: string;
  readonly names: readonly string[] | null;
  readonly #folder: ModelFolder;
  readonly #kept: Map<string, Uint8Array>;
  #bytes = 0;

  /**
   * @param folder is asked for what is not kept
   * @param known files that were read before
   */
  constructor(folder: ModelFolder, known: readonly KeptFile[] = []) {
    this.name = folder.name;
    this.names = folder.names;
    this.#folder = folder;
    this.#kept = new Map(known.map(({ path, bytes }) => [path, bytes]));
  }

  /** The files that were read whole so far, and those that were known. */
  get kept(): readonly KeptFile[] {
    return [...this.#kept].map(([path, bytes]) => ({ path, bytes }));
  }

  async open(name: string, signal?: AbortSignal): Promise<ByteSource | null> {
    signal?.throwIfAborted();
    const bytes = this.#kept.get(name);
    if (bytes !== undefined) return new MemorySource(name, bytes);
    const source = await this.#folder.open(name, signal);
    return source === null ? null : this.#keeping(source);
  }

  async close(): Promise<void> {
    await this.#folder.close?.();
  }

  /** A source whose bytes are kept when all of them are read at once; parts of large files pass through. */
  #keeping(source: ByteSource): ByteSource {
    const { name, size } = source;
    return {
      name,
      size,
      read: async (begin, end, signal) => {
        const bytes = await source.read(begin, end, signal);
        if (begin === 0 && end === size && this.#bytes + size <= MAX_KEPT_BYTES && !this.#kept.has(name)) {
          this.#bytes += size;
          // The array is the reader's own, to be changed or handed away.
          this.#kept.set(name, bytes.slice());
        }
        return bytes;
      },
      ...(source.readInto === undefined ? {} : { readInto: source.readInto.bind(source) }),
      ...(source.readTaking === undefined ? {} : { readTaking: source.readTaking.bind(source) }),
    };
  }
}
