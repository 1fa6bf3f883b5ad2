/**
 * Takes the names of functions and variables out of a linked ELF file: reports of the emulated chip are told with them.
 * Source: System V ABI, chapter 4 (section header, symbol table).
 */
import { printable } from './application-reader.js';

export interface ElfSymbol {
  readonly address: number;
  /** Bytes; 0 where the file does not say, as for labels in assembler. */
  readonly size: number;
  readonly name: string;
}

const HEADER_BYTES = 52;
const SECTION_HEADER_BYTES = 40;
const SYMBOL_BYTES = 16;
const SYMBOL_TABLE = 2;
/** `STT_NOTYPE`, `STT_OBJECT`, `STT_FUNC`. */
const NAMED_TYPES = new Set([0, 1, 2]);
/** Section indices from here on are no sections. */
const RESERVED_SECTIONS = 0xff00;
/** A hundred times what the firmware has. */
const MAX_SYMBOLS = 200_000;
const MAX_NAME = 128;

/**
 * The symbols by ascending address; empty when the file has none or its table is damaged, since names are a help and no
 * need.
 */
export function readElfSymbols(bytes: Uint8Array): ElfSymbol[] {
  if (bytes.length < HEADER_BYTES) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, false) !== 0x7f454c46 || bytes[4] !== 1 || bytes[5] !== 1) return [];
  const sections = view.getUint32(32, true);
  const [entryBytes, count] = [view.getUint16(46, true), view.getUint16(48, true)];
  if (entryBytes !== SECTION_HEADER_BYTES || sections + count * SECTION_HEADER_BYTES > bytes.length)
    return [];
  const section = (index: number, word: number): number =>
    view.getUint32(sections + SECTION_HEADER_BYTES * index + 4 * word, true);
  for (let index = 0; index < count; index++) {
    if (section(index, 1) !== SYMBOL_TABLE) continue;
    const [offset, length, link] = [section(index, 4), section(index, 5), section(index, 6)];
    if (link >= count || offset + length > bytes.length || length / SYMBOL_BYTES > MAX_SYMBOLS) return [];
    const names = [section(link, 4), section(link, 5)] as const;
    if (names[0] + names[1] > bytes.length) return [];
    const strings = bytes.subarray(names[0], names[0] + names[1]);
    return readTable(view, offset, length, strings);
  }
  return [];
}

function readTable(view: DataView, offset: number, length: number, strings: Uint8Array): ElfSymbol[] {
  const symbols: ElfSymbol[] = [];
  for (let at = offset; at + SYMBOL_BYTES <= offset + length; at += SYMBOL_BYTES) {
    const nameAt = view.getUint32(at, true);
    const home = view.getUint16(at + 14, true);
    if (!NAMED_TYPES.has(view.getUint8(at + 12) & 15) || home === 0 || home >= RESERVED_SECTIONS) continue;
    if (nameAt >= strings.length) continue;
    const name = printable(strings.subarray(nameAt, nameAt + MAX_NAME));
    // Labels that compilers make are no names for people.
    if (name === '' || name.startsWith('.')) continue;
    symbols.push({ address: view.getUint32(at + 4, true), size: view.getUint32(at + 8, true), name });
  }
  return symbols.sort((a, b) => a.address - b.address);
}

/** Symbols as the emulator takes them: lines of `address size name`, the numbers in hexadecimal. */
export function symbolLines(symbols: readonly ElfSymbol[]): string {
  return symbols
    .map(({ address, size, name }) => `${address.toString(16)} ${size.toString(16)} ${name}\n`)
    .join('');
}
