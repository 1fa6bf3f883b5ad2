/** A NOR flash chip as a loader sees it: erased by sectors to ones, programmed from ones to zeros only. */

export const SECTOR = 4096;

/** What an erase or program outside the chip gives. */
export class FlashRange extends Error {}

export class SimulatedFlash {
  readonly bytes: Uint8Array;
  /** How often each sector was erased. */
  readonly erased: Uint16Array;
  /** Bytes programmed since it was made. */
  programmed = 0;

  constructor(
    readonly size: number,
    /** Answer to 9Fh; without it a Winbond chip of that size. */
    readonly identity = 0x40ef | (Math.log2(size) << 16),
  ) {
    this.bytes = new Uint8Array(size).fill(0xff);
    this.erased = new Uint16Array(size / SECTOR);
  }

  /** Erases every sector that the range touches. */
  erase(offset: number, length: number): void {
    this.check(offset, length);
    const first = Math.floor(offset / SECTOR);
    const last = Math.ceil((offset + length) / SECTOR);
    for (let sector = first; sector < last; sector += 1) this.erased[sector] = (this.erased[sector] ?? 0) + 1;
    this.bytes.fill(0xff, first * SECTOR, last * SECTOR);
  }

  program(offset: number, data: Uint8Array): void {
    this.check(offset, data.length);
    for (const [index, byte] of data.entries()) {
      this.bytes[offset + index] = (this.bytes[offset + index] ?? 0xff) & byte;
    }
    this.programmed += data.length;
  }

  read(offset: number, length: number): Uint8Array {
    this.check(offset, length);
    return this.bytes.slice(offset, offset + length);
  }

  private check(offset: number, length: number): void {
    if (offset + length > this.size) throw new FlashRange(`0x${offset.toString(16)} + ${length}`);
  }
}
