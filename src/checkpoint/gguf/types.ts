/**
 * The element types of GGUF's tensors, by their numbers: how many elements a block has, how many bytes it takes, and how its
 * rows are read. Source: ggml.h (`enum ggml_type`) and ggml-common.h (the blocks).
 */
import type { Dtype } from '../checkpoint.js';

/** Types whose rows are read as they are stored. */
export interface PlainType {
  readonly name: string;
  readonly dtype: Dtype;
  readonly bytes: number;
}

/** Types in blocks of codes that share scales; rows are read as F32. */
export interface BlockType {
  readonly name: BlockName;
  /** Elements in a block. */
  readonly elements: number;
  /** Bytes of a block. */
  readonly bytes: number;
}

export type GgmlType = PlainType | BlockType;

export type BlockName =
  | 'Q4_0'
  | 'Q4_1'
  | 'Q5_0'
  | 'Q5_1'
  | 'Q8_0'
  | 'Q2_K'
  | 'Q3_K'
  | 'Q4_K'
  | 'Q5_K'
  | 'Q6_K'
  | 'Q8_K'
  | 'IQ2_XXS'
  | 'IQ2_XS'
  | 'IQ3_XXS'
  | 'IQ1_S'
  | 'IQ4_NL'
  | 'IQ3_S'
  | 'IQ2_S'
  | 'IQ4_XS'
  | 'IQ1_M'
  | 'TQ1_0'
  | 'TQ2_0'
  | 'MXFP4';

const plain = (dtype: Dtype, bytes: number): PlainType => ({ name: dtype, dtype, bytes });
const block = (name: BlockName, elements: number, bytes: number): BlockType => ({ name, elements, bytes });

const TYPES: ReadonlyMap<number, GgmlType> = new Map<number, GgmlType>([
  [0, plain('F32', 4)],
  [1, plain('F16', 2)],
  [2, block('Q4_0', 32, 18)],
  [3, block('Q4_1', 32, 20)],
  [6, block('Q5_0', 32, 22)],
  [7, block('Q5_1', 32, 24)],
  [8, block('Q8_0', 32, 34)],
  [10, block('Q2_K', 256, 84)],
  [11, block('Q3_K', 256, 110)],
  [12, block('Q4_K', 256, 144)],
  [13, block('Q5_K', 256, 176)],
  [14, block('Q6_K', 256, 210)],
  [15, block('Q8_K', 256, 292)],
  [16, block('IQ2_XXS', 256, 66)],
  [17, block('IQ2_XS', 256, 74)],
  [18, block('IQ3_XXS', 256, 98)],
  [19, block('IQ1_S', 256, 50)],
  [20, block('IQ4_NL', 32, 18)],
  [21, block('IQ3_S', 256, 110)],
  [22, block('IQ2_S', 256, 82)],
  [23, block('IQ4_XS', 256, 136)],
  [24, plain('I8', 1)],
  [25, plain('I16', 2)],
  [26, plain('I32', 4)],
  [27, plain('I64', 8)],
  [28, plain('F64', 8)],
  [29, block('IQ1_M', 256, 56)],
  [30, plain('BF16', 2)],
  [34, block('TQ1_0', 256, 54)],
  [35, block('TQ2_0', 256, 66)],
  [39, block('MXFP4', 32, 17)],
]);

/** Names of types that are not read, for messages. */
const OTHER_NAMES: ReadonlyMap<number, string> = new Map([
  [4, 'Q4_2'],
  [5, 'Q4_3'],
  [9, 'Q8_1'],
  [31, 'Q4_0_4_4'],
  [32, 'Q4_0_4_8'],
  [33, 'Q4_0_8_8'],
  [36, 'IQ4_NL_4_4'],
  [37, 'IQ4_NL_4_8'],
  [38, 'IQ4_NL_8_8'],
  [40, 'NVFP4'],
  [41, 'Q1_0'],
  [42, 'Q2_0'],
]);

/** The type of a number, `null` when it is not read. */
export function ggmlType(number: number): GgmlType | null {
  return TYPES.get(number) ?? null;
}

/** What to call a type that is not read. */
export function typeName(number: number): string {
  return OTHER_NAMES.get(number) ?? `number ${number}`;
}

export function isBlockType(type: GgmlType): type is BlockType {
  return 'elements' in type;
}

/** Elements that are stored together: rows hold whole ones. */
export function blockElements(type: GgmlType): number {
  return isBlockType(type) ? type.elements : 1;
}
