/**
 * The ESP32-S3's address map as far as an image needs it: where a segment may be loaded, and which addresses are the
 * same memory. Sources: ESP-IDF `components/soc/esp32s3/include/soc/soc.h`, `bootloader.memory.ld.in`, and the memory map
 * of esptool's `targets/esp32s3.py`.
 */

/** `padding` marks segments that are skipped, `flash-*` those that are mapped rather than copied. */
export type MemoryKind = 'padding' | 'flash-data' | 'flash-code' | 'dram' | 'iram' | 'rtc-fast' | 'rtc-slow';

interface Region {
  readonly kind: MemoryKind;
  readonly begin: number;
  readonly end: number;
}

const REGIONS: readonly Region[] = [
  { kind: 'padding', begin: 0x00000000, end: 0x00010000 },
  { kind: 'flash-data', begin: 0x3c000000, end: 0x3e000000 },
  { kind: 'dram', begin: 0x3fc88000, end: 0x3fd00000 },
  { kind: 'iram', begin: 0x40370000, end: 0x403e0000 },
  { kind: 'flash-code', begin: 0x42000000, end: 0x44000000 },
  { kind: 'rtc-slow', begin: 0x50000000, end: 0x50002000 },
  { kind: 'rtc-fast', begin: 0x600fe000, end: 0x60100000 },
];

/** Kinds that instructions are fetched from. */
const EXECUTABLE: ReadonlySet<MemoryKind> = new Set(['iram', 'flash-code', 'rtc-fast']);

/** Page of the flash mapping: a mapped segment has the same offset in its page in flash as in memory. */
export const MMU_PAGE_BYTES = 0x10000;

/** SRAM1 is seen twice: instruction address = data address + this. */
const INSTRUCTION_VIEW = 0x6f0000;
const SRAM1_INSTRUCTION_BEGIN = 0x40378000;

/** Where the mask ROM keeps stacks and data of its own while it loads; ESP-IDF's bootloader ends below, too. */
const ROM_BEGIN = 0x3fce9700;
const ROM_END = 0x3fcf0000;

/** The instruction cache takes the lower half of SRAM0. */
const SRAM0_USABLE_BEGIN = 0x40374000;

/** The data cache takes the upper half of SRAM2. */
const SRAM2_USABLE_END = 0x3fcf8000;

/** Buffers of the mask ROM's download mode begin here; below, nothing is used before the first instruction of ours. */
const QUIET_END = 0x3fcd7e00;
const QUIET_BEGIN = 0x3fc88000;

/** What kind of memory `[address, address + length)` lies in, `null` when it is not inside one region. */
export function memoryKind(address: number, length: number): MemoryKind | null {
  const end = address + Math.max(length, 1);
  return REGIONS.find((region) => region.begin <= address && end <= region.end)?.kind ?? null;
}

export function isExecutable(kind: MemoryKind | null): boolean {
  return kind !== null && EXECUTABLE.has(kind);
}

/** A piece of memory, by the address that the data bus sees it at where there is one. */
export interface Interval {
  readonly begin: number;
  readonly end: number;
}

/** The memory behind an address range: SRAM1 by its data addresses, so that its two views can be compared. */
export function memoryBehind(address: number, length: number): Interval[] {
  const end = address + length;
  if (memoryKind(address, length) !== 'iram' || end <= SRAM1_INSTRUCTION_BEGIN)
    return [{ begin: address, end }];
  const seam = Math.max(address, SRAM1_INSTRUCTION_BEGIN);
  const intervals = [{ begin: seam - INSTRUCTION_VIEW, end: end - INSTRUCTION_VIEW }];
  return address < seam ? [{ begin: address, end: seam }, ...intervals] : intervals;
}

export function overlaps(a: Interval, b: Interval): boolean {
  return a.begin < b.end && b.begin < a.end;
}

/**
 * Why the mask ROM cannot load a segment there, `null` when it can.
 * @param address, length multiples of 4
 */
export function loadProblem(address: number, length: number): string | null {
  const kind = memoryKind(address, length);
  if (kind === null || kind === 'padding') return 'it is not in the memory of an ESP32-S3';
  if (kind === 'flash-data' || kind === 'flash-code')
    return 'it is mapped flash, which the mask ROM does not set up';
  if (kind === 'iram' && address < SRAM0_USABLE_BEGIN) return 'the instruction cache takes that memory';
  for (const piece of memoryBehind(address, length)) {
    if (overlaps(piece, { begin: ROM_BEGIN, end: ROM_END }))
      return 'the mask ROM keeps its stacks and data there while it loads';
    if (kind === 'dram' && piece.end > SRAM2_USABLE_END) return 'the data cache takes that memory';
  }
  return null;
}

/**
 * Finds memory that can be overwritten while the image is loaded: SRAM1 outside all segments and outside whatever the
 * mask ROM uses, as high as possible.
 * @returns a data address, a multiple of 16; `null` when nothing is free
 */
export function findScratch(taken: readonly Interval[], length: number): number | null {
  const behind = taken.flatMap(({ begin, end }) => memoryBehind(begin, end - begin));
  let end = QUIET_END;
  while (end - length >= QUIET_BEGIN) {
    const begin = Math.floor((end - length) / 16) * 16;
    const inTheWay = behind.filter((interval) => overlaps(interval, { begin, end: begin + length }));
    if (begin >= QUIET_BEGIN && inTheWay.length === 0) return begin;
    const lowest = Math.min(...inTheWay.map((interval) => interval.begin), begin);
    end = lowest;
  }
  return null;
}

/** An address or offset, for messages. */
export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
