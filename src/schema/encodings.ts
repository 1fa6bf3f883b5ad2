/**
 * How tensors are stored. An encoding is a value: bits of a code, columns that share a scale, bytes of a row, and the
 * tables that lie behind the codes. Plan, quantizer, writer and readers ask it instead of knowing it.
 */
import type { InputKind } from './kinds.js';

/** Bytes of the elements of a table. */
const TABLE_ELEMENT_BYTES = { f32: 4, u8: 1, i8: 1 } as const;

/** The elements of a table in memory; one kind of array for each type of element. */
export type TableValues = Float32Array | Uint8Array | Int8Array;

/** What a table of an encoding holds. */
export interface TableSpec {
  readonly name: 'scale' | 'group scale' | 'group offset';
  readonly type: keyof typeof TABLE_ELEMENT_BYTES;
  /** One element a source tensor, a row (an output channel), or a started group of columns, row by row. */
  readonly per: 'source' | 'row' | 'group';
}

export interface EncodingSpec {
  /** Number in the package's directory. */
  readonly code: number;
  /** Bits of an element in a row. */
  readonly bits: number;
  /** As plans name it in JSON. */
  readonly label: string;
  /** As the command line names it for people. */
  readonly title: string;
  /** What rows hold: numbers, or codes that scales make numbers of and that are multiplied with codes. */
  readonly holds: 'numbers' | 'codes';
  /** Whether the group of the record counts. */
  readonly grouped: boolean;
  readonly tables: readonly TableSpec[];
}

/**
 * All encodings by name. INT8 weights are `code * scale` with codes within ±127.
 * `int8Tensor`: one scale a source tensor. `int8Channel`: one a row. `int8Group`: one a group of columns.
 * `int8GroupU8`: one a row, times a whole number of 8 bits a group of columns.
 * `int4Group`: `scale * (group scale * code + 8 * group offset)` with codes -8 to 7 and offsets within ±127. A row is cut
 * into blocks of 32 columns, 16 bytes each: byte i has column i in its low half and column i + 16 in its high half.
 */
export const ENCODING = {
  float32: {
    code: 0,
    bits: 32,
    label: 'f32',
    title: 'F32',
    holds: 'numbers',
    grouped: false,
    tables: [],
  },
  int8Tensor: {
    code: 1,
    bits: 8,
    label: 'int8 per tensor',
    title: 'INT8 per tensor',
    holds: 'codes',
    grouped: false,
    tables: [{ name: 'scale', type: 'f32', per: 'source' }],
  },
  int8Channel: {
    code: 2,
    bits: 8,
    label: 'int8 per row',
    title: 'INT8 per channel',
    holds: 'codes',
    grouped: false,
    tables: [{ name: 'scale', type: 'f32', per: 'row' }],
  },
  int8Group: {
    code: 3,
    bits: 8,
    label: 'int8 in groups',
    title: 'INT8 in groups',
    holds: 'codes',
    grouped: true,
    tables: [{ name: 'scale', type: 'f32', per: 'group' }],
  },
  int8GroupU8: {
    code: 4,
    bits: 8,
    label: 'int8 in groups, 8-bit scales',
    title: 'INT8 in groups, 8-bit scales',
    holds: 'codes',
    grouped: true,
    tables: [
      { name: 'scale', type: 'f32', per: 'row' },
      { name: 'group scale', type: 'u8', per: 'group' },
    ],
  },
  int4Group: {
    code: 5,
    bits: 4,
    label: 'int4 in groups',
    title: 'INT4 in groups',
    holds: 'codes',
    grouped: true,
    tables: [
      { name: 'scale', type: 'f32', per: 'row' },
      { name: 'group scale', type: 'u8', per: 'group' },
      { name: 'group offset', type: 'i8', per: 'group' },
    ],
  },
} as const satisfies Readonly<Record<string, EncodingSpec>>;

export type EncodingKind = keyof typeof ENCODING;

/** Elements of a quantized vector that share a scale, 0 for all of them. */
export const INPUT_GROUP: Readonly<Record<InputKind, number>> = {
  int8: 0,
  int8By32: 32,
  int8By64: 64,
  int16: 0,
};

/** Most columns in a group of weights that is multiplied with 16-bit codes: 512 * 127 * 32,639 < 2^31. */
export const MOST_GROUP_OF_INT16 = 512;

/** Most columns in a group that has a scale of 8 bits: 512 * 127 * 128 * 255 < 2^31. */
export const MOST_GROUP_OF_U8 = 512;

/** Columns of a group of INT4 codes; rows may be shorter. */
export const INT4_GROUPS = [16, 32, 64] as const;

/** Columns of INT4 codes that lie in 16 bytes together. */
export const INT4_BLOCK = 32;

/** Whether an encoding may have groups of so many columns; 0 for one without groups. */
export function groupFits(kind: EncodingKind, group: number, cols: number): boolean {
  if (!ENCODING[kind].grouped) return group === 0;
  if (kind === 'int4Group') return INT4_GROUPS.some((size) => size === group);
  const most = kind === 'int8GroupU8' ? MOST_GROUP_OF_U8 : Infinity;
  return group > 0 && group <= Math.min(most, alignUp(cols, ROW_ALIGNMENT));
}

/** Whether a matrix can be multiplied with codes of a kind: where both are in groups, a whole number of one fits the other. */
export function inputFits(input: InputKind, { kind, group }: Encoding): boolean {
  if (input === 'int16') return group <= MOST_GROUP_OF_INT16;
  const shared = INPUT_GROUP[input];
  // Their sums go to float once a row.
  if (kind === 'int8GroupU8' || kind === 'int4Group') return shared === 0;
  return group === 0 || shared === 0 || group % shared === 0 || shared % group === 0;
}

/** Vector loads of the chip and of WebAssembly are 16 bytes wide: rows are as many bytes apart, zero-padded. */
export const ROW_ALIGNMENT = 16;

/** Data and tables begin on a cache line of the chip. */
export const TENSOR_ALIGNMENT = 64;

export function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}

/** An encoding as one tensor has it. */
export interface Encoding {
  readonly kind: EncodingKind;
  /** Columns per group, 0 unless the encoding is grouped. */
  readonly group: number;
}

/** A table of one tensor. */
export interface TensorTable extends TableSpec {
  readonly count: number;
  readonly bytes: number;
}

/** Shape of a tensor, and how many source tensors its rows come from. */
export interface EncodedShape {
  readonly rows: number;
  readonly cols: number;
  readonly sources: number;
}

export function encodingSpec({ kind }: Encoding): EncodingSpec {
  return ENCODING[kind];
}

/** The encoding with a code of the package, `undefined` for an unknown one. */
export function encodingOfCode(code: number): EncodingKind | undefined {
  return (Object.keys(ENCODING) as EncodingKind[]).find((kind) => ENCODING[kind].code === code);
}

/**
 * Bits of a row's bytes that hold no element, byte by byte from the first byte that has such on; they are zero.
 * Empty where the elements fill the row.
 */
export function rowPadding(encoding: Encoding, cols: number): Uint8Array {
  const bytes = rowBytes(encoding, cols);
  if (encoding.kind === 'int4Group') {
    const rest = cols % INT4_BLOCK;
    if (rest === 0) return new Uint8Array(0);
    return Uint8Array.from(
      { length: ROW_ALIGNMENT },
      (_, i) => (i < rest ? 0 : 0x0f) | (i + 16 < rest ? 0 : 0xf0),
    );
  }
  return new Uint8Array(bytes - (cols * encodingSpec(encoding).bits) / 8).fill(0xff);
}

/** Bytes from row to row, a multiple of {@link ROW_ALIGNMENT}. */
export function rowBytes(encoding: Encoding, cols: number): number {
  return alignUp(Math.ceil((cols * encodingSpec(encoding).bits) / 8), ROW_ALIGNMENT);
}

/** Room for the elements of a table. */
export function tableValues({ type, count }: TensorTable): TableValues {
  switch (type) {
    case 'f32':
      return new Float32Array(count);
    case 'u8':
      return new Uint8Array(count);
    case 'i8':
      return new Int8Array(count);
  }
}

/** Elements of a table that each row brings; 0 for a table that the rows share. */
export function tableElementsPerRow(table: TableSpec, encoding: Encoding, cols: number): number {
  switch (table.per) {
    case 'source':
      return 0;
    case 'row':
      return 1;
    case 'group':
      return Math.ceil(cols / encoding.group);
  }
}

/** The tables of a tensor in the order in which they follow its data. */
export function tensorTables(encoding: Encoding, shape: EncodedShape): TensorTable[] {
  return encodingSpec(encoding).tables.map((table) => {
    const count = tableElements(table, encoding, shape);
    return { ...table, count, bytes: count * TABLE_ELEMENT_BYTES[table.type] };
  });
}

function tableElements(table: TableSpec, encoding: Encoding, { rows, cols, sources }: EncodedShape): number {
  return table.per === 'source' ? sources : rows * tableElementsPerRow(table, encoding, cols);
}

/** Bytes of data and tables, each padded to {@link TENSOR_ALIGNMENT}: what a tensor takes in a memory. */
export function storedBytes(encoding: Encoding, shape: EncodedShape): number {
  let bytes = alignUp(shape.rows * rowBytes(encoding, shape.cols), TENSOR_ALIGNMENT);
  // A plan that looks for the best asks this a million times: no table is made for it.
  for (const table of encodingSpec(encoding).tables) {
    const elements = tableElements(table, encoding, shape);
    bytes += alignUp(elements * TABLE_ELEMENT_BYTES[table.type], TENSOR_ALIGNMENT);
  }
  return bytes;
}
