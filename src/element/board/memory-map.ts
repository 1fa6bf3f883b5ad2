/**
 * What lies where on a board that runs a package, as the firmware's loader lays it out (device-runtime/app/loader.c):
 * working memory first, then the key/value cache, then the tensors in the order of the package, each part at a multiple of
 * the engine's alignment. The flash shows the model partition.
 */
import type { MemoryMap } from '../../chips/chip.js';
import { tensorPieces, type ModelPackage } from '../../package/reader.js';

/** A named stretch of memory; `kind` says what its name means. */
export interface MemorySpan {
  readonly begin: number;
  /** One past the last byte. */
  readonly end: number;
  readonly kind: 'firmware' | 'scratch' | 'cache' | 'tensor' | 'scales' | 'section' | 'free';
  /** Name of a tensor or section, else empty. */
  readonly name: string;
}

/** Alignment of everything that the engine takes, in bytes. */
const ALIGNMENT = 64;

/**
 * Lists what lies where, by ascending address.
 * @param model package in the flash
 * @param facts what the board says about itself, by the names of docs/console.md
 * @param partitionBytes length of the model partition
 * @param windows where the chip sees its memories
 */
export function memoryMap(
  model: ModelPackage,
  facts: ReadonlyMap<string, string>,
  partitionBytes: number,
  windows: MemoryMap['windows'],
): readonly MemorySpan[] {
  const number = (name: string): number => Number(facts.get(name) ?? 0);
  const external = windows.psram?.begin ?? 0;
  const sram = new Taker(windows.sram.end - number('sram_bytes'));
  const psram = new Taker(external);
  const spans: MemorySpan[] = [{ begin: windows.sram.begin, end: sram.at, kind: 'firmware', name: '' }];
  spans.push(sram.take(number('scratch_bytes'), 'scratch'));
  spans.push((facts.get('cache_in') === 'SRAM' ? sram : psram).take(number('cache_bytes'), 'cache'));
  for (const tensor of model.tensors) {
    for (const { placement, dataLength, tables } of tensorPieces(tensor)) {
      if (placement === 'flash') continue;
      const memory = placement === 'sram' ? sram : psram;
      spans.push(memory.take(dataLength, 'tensor', tensor.name));
      for (const bytes of tables) spans.push(memory.take(bytes, 'scales', tensor.name));
    }
  }
  spans.push({ begin: sram.at, end: windows.sram.end, kind: 'free', name: '' });
  spans.push({ begin: psram.at, end: external + number('psram_bytes'), kind: 'free', name: '' });
  spans.push(...flashSpans(model, windows.flash.begin, partitionBytes));
  return spans.filter(({ begin, end }) => end > begin).sort((a, b) => a.begin - b.begin);
}

/** What overlaps a page of memory. */
export function spansWithin(
  spans: readonly MemorySpan[],
  begin: number,
  length: number,
): readonly MemorySpan[] {
  return spans.filter((span) => span.begin < begin + length && span.end > begin);
}

function flashSpans(model: ModelPackage, base: number, partitionBytes: number): MemorySpan[] {
  const weights = model.sections.find(({ kind }) => kind === 'WGHT');
  const spans: MemorySpan[] = [];
  for (const { kind, offset, length } of model.sections) {
    if (kind !== 'WGHT')
      spans.push({ begin: base + offset, end: base + offset + length, kind: 'section', name: kind });
  }
  for (const tensor of weights === undefined ? [] : model.tensors) {
    const begin = base + (weights?.offset ?? 0);
    const at = begin + tensor.dataOffset;
    spans.push({ begin: at, end: at + tensor.dataLength, kind: 'tensor', name: tensor.name });
    for (const { offset, bytes } of tensor.tables) {
      const table = begin + offset;
      spans.push({ begin: table, end: table + bytes, kind: 'scales', name: tensor.name });
    }
  }
  spans.push({ begin: base + model.totalLength, end: base + partitionBytes, kind: 'free', name: '' });
  return spans;
}

/** Hands memory out from an address upward, as the loader does. */
class Taker {
  constructor(public at: number) {
    this.at = aligned(at);
  }

  take(bytes: number, kind: MemorySpan['kind'], name = ''): MemorySpan {
    const begin = this.at;
    this.at += aligned(bytes);
    return { begin, end: begin + bytes, kind, name };
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
