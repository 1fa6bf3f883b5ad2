/** A chip's address map as far as an image needs it: where a segment may be loaded, and which addresses are the same memory. */
import type { AddressRange, Chip, MemoryKind, MemoryMap, MemoryRegion } from '../chips/chip.js';

/** What kind of memory `[address, address + length)` lies in, `null` when it is not inside one region. */
export function memoryKind(memory: MemoryMap, address: number, length: number): MemoryKind | null {
  return regionOf(memory, address, length)?.kind ?? null;
}

/** Whether instructions are fetched from there. */
export function isExecutable(memory: MemoryMap, address: number, length: number): boolean {
  return regionOf(memory, address, length)?.executable === true;
}

function regionOf({ regions }: MemoryMap, address: number, length: number): MemoryRegion | null {
  const end = address + Math.max(length, 1);
  return regions.find((region) => region.begin <= address && end <= region.end) ?? null;
}

/**
 * The memory behind an address range, by the addresses that the data bus sees it at where there are such, so that two views
 * of the same memory can be compared.
 */
export function memoryBehind({ views }: MemoryMap, address: number, length: number): AddressRange[] {
  const end = address + length;
  const pieces: AddressRange[] = [];
  let at = address;
  for (const { code, data, bytes, reversed = false } of [...views].sort((a, b) => a.code - b.code)) {
    const begin = Math.max(at, code);
    const last = Math.min(end, code + bytes);
    if (begin >= last) continue;
    if (at < begin) pieces.push({ begin: at, end: begin });
    pieces.push(
      reversed
        ? { begin: data + bytes - (last - code), end: data + bytes - (begin - code) }
        : { begin: begin - code + data, end: last - code + data },
    );
    at = last;
  }
  if (at < end || pieces.length === 0) pieces.push({ begin: at, end });
  return pieces;
}

export function overlaps(a: AddressRange, b: AddressRange): boolean {
  return a.begin < b.end && b.begin < a.end;
}

/**
 * Why the mask ROM cannot load a segment there, `null` when it can.
 * @param address, length multiples of 4
 */
export function loadProblem({ name, memory }: Chip, address: number, length: number): string | null {
  const kind = memoryKind(memory, address, length);
  if (kind === null || kind === 'padding') return `it is not in the memory of an ${name}`;
  if (isFlashMapped(kind)) return 'it is mapped flash, which the mask ROM does not set up';
  for (const piece of memoryBehind(memory, address, length)) {
    const taken = memory.reserved.find((range) => overlaps(piece, range));
    if (taken !== undefined) return taken.reason;
  }
  return null;
}

/** Whether memory of a kind is flash that is mapped rather than copied. */
export function isFlashMapped(kind: MemoryKind | null): boolean {
  return kind === 'flash-code' || kind === 'flash-data';
}

/**
 * Finds memory that can be overwritten while the image is loaded: outside all segments and outside whatever the mask ROM
 * uses, as high as possible.
 * @returns a data address, a multiple of 16; `null` when nothing is free
 */
export function findScratch(
  memory: MemoryMap,
  taken: readonly AddressRange[],
  length: number,
): number | null {
  const { quiet } = memory;
  const behind = taken.flatMap(({ begin, end }) => memoryBehind(memory, begin, end - begin));
  let { end } = quiet;
  while (end - length >= quiet.begin) {
    const begin = Math.floor((end - length) / 16) * 16;
    const inTheWay = behind.filter((interval) => overlaps(interval, { begin, end: begin + length }));
    if (begin >= quiet.begin && inTheWay.length === 0) return begin;
    const lowest = Math.min(...inTheWay.map((interval) => interval.begin), begin);
    end = lowest;
  }
  return null;
}
