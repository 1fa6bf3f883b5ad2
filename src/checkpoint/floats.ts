/** Stored elements as numbers, for what is computed of them while they are read. */
import type { FloatDtype } from './checkpoint.js';
import { floatBytes } from './dtype.js';

/** Exponent and mantissa of the types that have a code for every number. */
const FORMS: Readonly<Partial<Record<FloatDtype, readonly [exponentBits: number, mantissaBits: number]>>> = {
  F16: [5, 10],
  F8_E5M2: [5, 2],
  F8_E4M3: [4, 3],
};

const TABLES = new Map<FloatDtype, Float32Array>();

/**
 * The numbers of elements, each exactly.
 * @param bytes little-endian, whole elements
 */
export function floatsOf(dtype: FloatDtype, bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers = new Float32Array(bytes.length / floatBytes(dtype));
  if (dtype === 'F32') {
    for (let i = 0; i < numbers.length; i++) numbers[i] = view.getFloat32(4 * i, true);
  } else if (dtype === 'BF16') {
    const words = new Uint32Array(numbers.buffer);
    for (let i = 0; i < words.length; i++) words[i] = view.getUint16(2 * i, true) << 16;
  } else {
    const table = tableOf(dtype);
    if (dtype === 'F16')
      for (let i = 0; i < numbers.length; i++) numbers[i] = table[view.getUint16(2 * i, true)] as number;
    else for (let i = 0; i < numbers.length; i++) numbers[i] = table[bytes[i] as number] as number;
  }
  return numbers;
}

/** The number of every code. */
function tableOf(dtype: FloatDtype): Float32Array {
  const known = TABLES.get(dtype);
  if (known !== undefined) return known;
  const [exponentBits, mantissaBits] = FORMS[dtype] ?? [0, 0];
  const made = Float32Array.from({ length: 2 ** (1 + exponentBits + mantissaBits) }, (_, code) => {
    const mantissa = code % 2 ** mantissaBits;
    const exponent = Math.floor(code / 2 ** mantissaBits) % 2 ** exponentBits;
    const sign = code < 2 ** (exponentBits + mantissaBits) ? 1 : -1;
    const isLast = exponent === 2 ** exponentBits - 1;
    // E4M3 has numbers where the others have infinity, and one code that is none.
    if (dtype === 'F8_E4M3' ? isLast && mantissa === 2 ** mantissaBits - 1 : isLast && mantissa > 0)
      return NaN;
    if (dtype !== 'F8_E4M3' && isLast) return sign * Infinity;
    const bias = 2 ** (exponentBits - 1) - 1;
    const fraction = mantissa / 2 ** mantissaBits;
    return sign * (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias));
  });
  TABLES.set(dtype, made);
  return made;
}

/** Whether this machine keeps numbers as checkpoints do. */
export const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The bytes of numbers, in the order that checkpoints have. */
export function littleEndian(numbers: Float32Array): Uint8Array {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  if (IS_LITTLE_ENDIAN) return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  numbers.forEach((value, index) => {
    view.setFloat32(4 * index, value, true);
  });
  return bytes;
}
