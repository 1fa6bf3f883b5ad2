/** Flash being written by a loader, from the begin of a file to its last block. */
import { Unzlib } from 'fflate';
import type { SimulatedFlash } from './simulated-flash.js';

/** The compressed data is none, or unpacks to more than was announced. */
export class InflateError extends Error {}

export class SimulatedWriting {
  private inflate: Unzlib | null = null;
  private readonly unpacked: Uint8Array[] = [];

  /** The stub erases as it goes and the ROM before it answers; what is left in flash is the same. */
  constructor(
    private readonly flash: SimulatedFlash,
    readonly deflated: boolean,
    private offset: number,
    /** Bytes still to come, unpacked. */
    public remaining: number,
  ) {
    if (remaining > 0) flash.erase(offset, remaining);
  }

  /** A block. Its number only says whether a compressed file begins. */
  take(bytes: Uint8Array, sequence: number): void {
    if (!this.deflated) {
      this.store(bytes);
      return;
    }
    if (sequence === 0) this.inflate = new Unzlib((chunk) => this.unpacked.push(chunk));
    try {
      this.inflate?.push(bytes, false);
    } catch {
      throw new InflateError('no zlib data');
    }
    for (const chunk of this.unpacked.splice(0)) {
      if (chunk.length > this.remaining) throw new InflateError('too long');
      this.store(chunk);
    }
  }

  /** Wherever the last block ended: nothing looks at the number of a block. What is behind the length is filling. */
  private store(bytes: Uint8Array): void {
    const kept = bytes.subarray(0, this.remaining);
    this.flash.program(this.offset, kept);
    this.offset += kept.length;
    this.remaining -= kept.length;
  }
}
