/** The memories of the chip that can be looked at, by the addresses of the data bus (docs/firmware.md). */
import type { AddressRange, MemoryMap } from '../../chips/chip.js';
import { DEFAULT_CHIP } from '../../chips/index.js';
import type { EmulatedBoard } from '../../device/emulator-types.js';

export type RegionName = 'sram' | 'psram' | 'flash';

/** A stretch of addresses. */
export type Region = AddressRange;

/** Where a board's chip sees its memories. */
export function windowsOf({ chip = DEFAULT_CHIP }: Pick<EmulatedBoard, 'chip'>): MemoryMap['windows'] {
  return chip.memory.windows;
}

/** Bytes that are shown at once. */
export const PAGE_BYTES = 256;

/** The memories that a board has. @param partitionBytes length of the model partition */
export function regionsOf(
  board: Pick<EmulatedBoard, 'chip' | 'psramBytes'>,
  partitionBytes: number,
): ReadonlyMap<RegionName, Region> {
  const { sram, psram, flash } = windowsOf(board);
  const regions = new Map<RegionName, Region>([['sram', sram]]);
  if (psram !== null && board.psramBytes > 0) {
    regions.set('psram', { begin: psram.begin, end: psram.begin + board.psramBytes });
  }
  const flashEnd = Math.min(flash.end, flash.begin + partitionBytes);
  return regions.set('flash', { begin: flash.begin, end: flashEnd });
}

/** The page that holds an address, within a region. */
export function pageAt(region: Region, address: number): number {
  const last = region.end - PAGE_BYTES;
  return Math.min(last, Math.max(region.begin, address - (address % PAGE_BYTES)));
}

/** Reads an address as a person types it: hexadecimal with or without 0x; `null` when it is none. */
export function readAddressText(text: string): number | null {
  const digits = /^\s*(?:0x)?([0-9a-f]{1,8})\s*$/i.exec(text)?.[1];
  return digits === undefined ? null : Number.parseInt(digits, 16);
}
