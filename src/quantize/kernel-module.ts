/** The one loaded instance of the WebAssembly module, and its memory. */
import { Buffer as KernelBuffer, crc32_at, initSync } from '../../kernels/prebuilt/kernels.js';
import { call } from './call.js';

/** Input passes through a buffer of this size, so that a slab of rows is still in the cache when it is converted. */
const SLAB_BYTES = 256 * 1024;

/** What the parts of the wrapper share. */
export class KernelModule {
  readonly #memory: WebAssembly.Memory;
  #slab: KernelBuffer;
  #slabBytes = SLAB_BYTES;

  private static instance: KernelModule | null = null;

  /** The module is instantiated once for each JavaScript realm; later calls share that instance. */
  static load(module: WebAssembly.Module): KernelModule {
    KernelModule.instance ??= new KernelModule(module);
    return KernelModule.instance;
  }

  private constructor(module: WebAssembly.Module) {
    this.#memory = initSync({ module }).memory;
    this.#slab = call(() => new KernelBuffer(SLAB_BYTES));
    // The first checksum makes its tables, for which the memory may grow: not while someone looks at a part of it.
    this.#slab.crc32(0, 1);
  }

  get memoryBytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /** A fresh view of bytes of the memory. */
  bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, address, length);
  }

  /** A fresh view of floats of the memory. */
  floats(address: number, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, address, length);
  }

  /**
   * Copies `bytes` through the shared buffer in whole units and hands each slab over.
   * @param unit bytes that must stay together (one row)
   */
  inSlabs(bytes: Uint8Array, unit: number, take: (slab: KernelBuffer, length: number) => void): void {
    if (unit > this.#slabBytes) {
      const larger = call(() => new KernelBuffer(unit));
      this.#slab.free();
      this.#slab = larger;
      this.#slabBytes = unit;
    }
    const step = Math.floor(this.#slabBytes / unit) * unit;
    for (let begin = 0; begin < bytes.length; begin += step) {
      const piece = bytes.subarray(begin, begin + step);
      this.bytes(this.#slab.address(), piece.length).set(piece);
      take(this.#slab, piece.length);
    }
  }

  crc32(bytes: Uint8Array, previous: number): number {
    if (bytes.buffer === this.#memory.buffer) {
      return call(() => crc32_at(previous, bytes.byteOffset, bytes.length));
    }
    let crc = previous;
    this.inSlabs(bytes, 1, (slab, length) => {
      crc = slab.crc32(crc, length);
    });
    return crc;
  }
}

/** Passes sizes and counts on, which WebAssembly would otherwise cut to 32 bits. */
export function integer(value: number, what: string): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) {
    throw new RangeError(`${what} must be a whole number from 0 to 4294967295, not ${value}.`);
  }
  return value;
}
