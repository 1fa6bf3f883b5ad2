/** Programs for the emulated board without a compiler: instructions by name from the emulator's own tables, and images. */
import { readFileSync } from 'node:fs';

const TABLES = new URL('../../kernels/crates/emulator/src/isa/tables/', import.meta.url);

interface Operand {
  readonly name: string;
  /** Bits of the word, most significant first. */
  readonly bits: readonly number[];
  readonly isRegister: boolean;
  readonly isWritten: boolean;
  readonly first: number;
  readonly step: number;
}

/** A row of the tables. */
export interface Instruction {
  readonly name: string;
  readonly bytes: number;
  readonly match: number;
  readonly operands: readonly Operand[];
}

function operandOf(text: string): Operand {
  const [, name = '', bits = '', use = ''] = /^([^=]+)=([^/]+)\/(.*)$/.exec(text) ?? [];
  const places = bits.split(',').flatMap((range) => {
    const [high = 0, low = high] = range.split(':').map(Number);
    return Array.from({ length: high - low + 1 }, (_, index) => high - index);
  });
  const [, step = '1', first = '0'] = /\*(-?\d+)\+(-?\d+)$/.exec(use) ?? [];
  const isRegister = /^(r|w|rw)$/.test(use);
  return {
    name,
    bits: places,
    isRegister,
    isWritten: use.includes('w'),
    first: Number(first),
    step: Number(step),
  };
}

/** All instructions by name. */
export const INSTRUCTIONS: ReadonlyMap<string, Instruction> = new Map(
  ['pie', 'mac16', 'fpu', 'density', 'core'].flatMap((table) =>
    readFileSync(new URL(`${table}.isa`, TABLES), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const [name = '', bytes, match = '', , operands = ''] = line.split('|').map((cell) => cell.trim());
        const row = { name, bytes: Number(bytes), match: parseInt(match, 16) };
        return [name, { ...row, operands: operands.split(' ').filter(Boolean).map(operandOf) }] as const;
      }),
  ),
);

/** Code being assembled for an address. */
export class Program {
  readonly #start: number;
  readonly #bytes: number[] = [];

  constructor(start: number) {
    this.#start = start;
  }

  /** Address of the next instruction. */
  get here(): number {
    return this.#start + this.#bytes.length;
  }

  get bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  /** An instruction with its operands in the order of the tables; a number is its value, a target a distance from `here + 4`. */
  put(name: string, ...values: readonly number[]): this {
    const row = INSTRUCTIONS.get(name);
    if (row === undefined) throw new Error(`no instruction ${name}`);
    const fields = row.operands.map(({ isRegister, first, step }, index) =>
      isRegister ? (values[index] ?? 0) : ((values[index] ?? 0) - first) / step,
    );
    return this.putFields(row, fields);
  }

  /** An instruction by the raw fields of its operands. */
  putFields({ match, bytes, operands }: Instruction, fields: readonly number[]): this {
    let word = match;
    for (const [index, { bits }] of operands.entries()) {
      for (const [place, bit] of bits.entries()) {
        if (((fields[index] ?? 0) >> (bits.length - 1 - place)) & 1) word |= 1 << bit;
      }
    }
    for (let byte = 0; byte < bytes; byte += 1) this.#bytes.push((word >> (8 * byte)) & 255);
    return this;
  }

  /** A register gets a word that was put before. */
  load(register: number, address: number): this {
    const row = INSTRUCTIONS.get('l32r');
    if (row === undefined) throw new Error('no l32r');
    return this.putFields(row, [register, 65536 + (address - ((this.here + 3) & ~3)) / 4]);
  }

  /** Words as they are. */
  words(...values: readonly number[]): this {
    this.#bytes.push(...values.flatMap(word));
    return this;
  }

  /** Bytes as they are. */
  append(bytes: Uint8Array): this {
    this.#bytes.push(...bytes);
    return this;
  }

  /** Another word at an address. */
  replace(address: number, value: number): void {
    this.#bytes.splice(address - this.#start, 4, ...word(value));
  }
}

/** A flash image that the mask ROM loads and starts at `entry`. */
export function imageOfSegments(
  entry: number,
  segments: readonly (readonly [number, Uint8Array])[],
): Uint8Array {
  const header = [
    0xe9,
    segments.length,
    2,
    0x1f,
    ...word(entry),
    0xee,
    0,
    0,
    0,
    9,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
  ];
  const bytes = [...header];
  let checksum = 0xef;
  for (const [address, content] of segments) {
    const padded = [...content, ...Array<number>((4 - (content.length % 4)) % 4).fill(0)];
    bytes.push(...word(address), ...word(padded.length), ...padded);
    for (const byte of padded) checksum ^= byte;
  }
  while (bytes.length % 16 !== 15) bytes.push(0);
  bytes.push(checksum);
  return Uint8Array.from(bytes);
}

function word(value: number): number[] {
  return [0, 8, 16, 24].map((shift) => (value >>> shift) & 255);
}
