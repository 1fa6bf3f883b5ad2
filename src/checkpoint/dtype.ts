/** Sizes of the element types that a container may declare. */
import type { Dtype, FloatDtype } from './checkpoint.js';

/** Bits per element, as safetensors defines them. There is no I4: 4-bit schemes pack into U8 or I32. */
const BITS: Readonly<Record<Dtype, number>> = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
};

/** Other spellings of the same types that some writers use. */
const SPELLINGS: ReadonlyMap<string, Dtype> = new Map<string, Dtype>([
  ['E8M0', 'F8_E8M0'],
  ['UE8', 'F8_E8M0'],
  ['FP4', 'F4'],
]);

/** The element types whose weights can be converted. */
export const FLOAT_DTYPES: readonly FloatDtype[] = ['F32', 'F16', 'BF16', 'F8_E4M3', 'F8_E5M2'];

/** The element type of a name, `null` when there is none. */
export function parseDtype(name: string): Dtype | null {
  if (Object.hasOwn(BITS, name)) return name as Dtype;
  return SPELLINGS.get(name) ?? null;
}

/** Bits per element. */
export function bitsOf(dtype: Dtype): number {
  return BITS[dtype];
}

/** Bytes per element of a type whose weights can be converted. */
export function floatBytes(dtype: FloatDtype): number {
  return BITS[dtype] / 8;
}

/** Whether weights of this type can be converted. */
export function isFloatDtype(dtype: Dtype): dtype is FloatDtype {
  return (FLOAT_DTYPES as readonly Dtype[]).includes(dtype);
}
