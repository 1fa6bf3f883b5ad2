/** The memories of the chip that can be looked at, by the addresses of the data bus (docs/firmware.md). */
import type { EmulatedBoard } from '../../device/emulator-types.js';

export type RegionName = 'sram' | 'psram' | 'flash';

/** A stretch of addresses. */
export interface Region {
  readonly begin: number;
  /** One past the last byte. */
  readonly end: number;
}

/** SRAM1 and the half of SRAM2 that the data cache leaves. */
export const SRAM_WINDOW: Region = { begin: 0x3fc8_8000, end: 0x3fcf_8000 };

/** The firmware maps the model partition here, read-only. */
export const FLASH_WINDOW: Region = { begin: 0x3c00_0000, end: 0x3d00_0000 };

/** And the PSRAM here. */
export const PSRAM_WINDOW: Region = { begin: 0x3d00_0000, end: 0x3e00_0000 };

/** Bytes that are shown at once. */
export const PAGE_BYTES = 256;

/** The memories that a board has. @param partitionBytes length of the model partition */
export function regionsOf(
  board: Pick<EmulatedBoard, 'psramBytes'>,
  partitionBytes: number,
): ReadonlyMap<RegionName, Region> {
  const regions = new Map<RegionName, Region>([['sram', SRAM_WINDOW]]);
  if (board.psramBytes > 0) {
    regions.set('psram', { begin: PSRAM_WINDOW.begin, end: PSRAM_WINDOW.begin + board.psramBytes });
  }
  const flashEnd = Math.min(FLASH_WINDOW.end, FLASH_WINDOW.begin + partitionBytes);
  return regions.set('flash', { begin: FLASH_WINDOW.begin, end: flashEnd });
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
