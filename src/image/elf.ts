/**
 * Takes the loadable segments and the entry out of a linked ELF file. Source: System V ABI, chapters 4 and 5 (ELF header,
 * program header).
 */
import { ARCHITECTURES, type Chip } from '../chips/chip.js';
import { FormatError } from '../shared/errors.js';
import { hex } from '../shared/hex.js';
import type { LoadSegment } from './application-writer.js';

/** A segment by its physical address, where it is loaded to; for what stays in flash, that may be its offset there. */
export interface ElfSegment extends LoadSegment {
  /** Where the program sees it. */
  readonly seen: number;
}

export interface ElfProgram {
  readonly entry: number;
  /** What has to be in memory before the first instruction, by ascending address; views of the file's bytes. */
  readonly segments: readonly ElfSegment[];
  /** All memory that the program claims from the start, with what it clears itself (`.bss`). */
  readonly memory: readonly { readonly address: number; readonly length: number }[];
}

const HEADER_BYTES = 52;
const PROGRAM_HEADER_BYTES = 32;
const TYPE_EXECUTABLE = 2;
const LOAD = 1;
/** A linker script for a chip names a handful. */
const MAX_PROGRAM_HEADERS = 64;
/** More than all memory of a chip and its largest debugging information together. */
const MAX_ELF_BYTES = 256 * 1024 * 1024;

/**
 * Reads the program headers of an ELF file.
 * @param name for messages
 * @throws FormatError when it is not an executable for the chip's processor, or is damaged
 */
export function readElf(bytes: Uint8Array, name: string, chip: Chip): ElfProgram {
  const broken = (field: string, problem: string): FormatError =>
    new FormatError(problem, { file: name, field, remedy: `Link the firmware again for the ${chip.name}.` });
  if (bytes.length < HEADER_BYTES || bytes.length > MAX_ELF_BYTES)
    throw broken('header', `A file of ${bytes.length} bytes is no firmware.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, false) !== 0x7f454c46) throw broken('magic', 'This is not an ELF file.');
  if (bytes[4] !== 1 || bytes[5] !== 1 || bytes[6] !== 1)
    throw broken('identification', 'It is not 32 bits wide and little-endian.');
  const machine = view.getUint16(18, true);
  const architecture = ARCHITECTURES[chip.architecture];
  if (machine !== architecture.elfMachine)
    throw broken('machine', `It is for machine ${machine}, not for ${architecture.name}.`);
  const type = view.getUint16(16, true);
  if (type !== TYPE_EXECUTABLE) throw broken('type', `Type ${type} is not a linked executable.`);
  const table = view.getUint32(28, true);
  const entryBytes = view.getUint16(42, true);
  const count = view.getUint16(44, true);
  if (entryBytes !== PROGRAM_HEADER_BYTES || count < 1 || count > MAX_PROGRAM_HEADERS)
    throw broken('program headers', `${count} headers of ${entryBytes} bytes.`);
  const tableEnd = table + PROGRAM_HEADER_BYTES * count;
  if (tableEnd > bytes.length) throw broken('program headers', `They end at ${tableEnd}, after the file.`);

  const segments: ElfSegment[] = [];
  const memory: { address: number; length: number }[] = [];
  for (let index = 0; index < count; index++) {
    const at = table + PROGRAM_HEADER_BYTES * index;
    const word = (position: number): number => view.getUint32(at + 4 * position, true);
    if (word(0) !== LOAD) continue;
    const field = `program header ${index}`;
    let [offset, address, fileBytes, memoryBytes] = [word(1), word(3), word(4), word(5)];
    if (offset + fileBytes > bytes.length)
      throw broken(field, `Its bytes end at ${offset + fileBytes}, after the file.`);
    if (fileBytes > memoryBytes || address + memoryBytes > 2 ** 32)
      throw broken(field, `${fileBytes} bytes do not fit ${memoryBytes} bytes at ${hex(address)}.`);
    // A linker may let the first segment begin with the file's own headers; they are nothing to load.
    const headersEnd = table === HEADER_BYTES ? tableEnd : HEADER_BYTES;
    const skip = Math.min(Math.max(0, headersEnd - offset), fileBytes);
    [offset, address, fileBytes, memoryBytes] = [
      offset + skip,
      address + skip,
      fileBytes - skip,
      memoryBytes - skip,
    ];
    if (memoryBytes === 0) continue;
    memory.push({ address, length: memoryBytes });
    if (fileBytes > 0) {
      segments.push({ address, seen: word(2) + skip, bytes: bytes.subarray(offset, offset + fileBytes) });
    }
  }
  if (segments.length === 0) throw broken('program headers', 'There is nothing to load.');
  segments.sort((a, b) => a.address - b.address);
  memory.sort((a, b) => a.address - b.address);
  return { entry: view.getUint32(24, true), segments, memory };
}
