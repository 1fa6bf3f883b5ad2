/** Stored elements as numbers, for what is computed of them while they are read. */
import type { FloatDtype } from './checkpoint.js';
import { floatBytes } from './dtype.js';
import { halves } from './gguf/half.js';

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
  } else if (dtype === 'F16') {
    const table = halves();
    for (let i = 0; i < numbers.length; i++) numbers[i] = table[view.getUint16(2 * i, true)] as number;
  } else {
    const number = dtype === 'F8_E5M2' ? numberOfE5m2 : numberOfE4m3;
    for (let i = 0; i < numbers.length; i++) numbers[i] = number(bytes[i] as number);
  }
  return numbers;
}

/** Its byte is the first of an F16. */
function numberOfE5m2(code: number): number {
  return halves()[code << 8] as number;
}

/** Four bits of exponent and three of mantissa; numbers where others have infinity, and one code that is none. */
function numberOfE4m3(code: number): number {
  const [exponent, mantissa] = [(code >> 3) & 15, code & 7];
  if (exponent === 15 && mantissa === 7) return NaN;
  const size = exponent === 0 ? mantissa * 2 ** -9 : (8 + mantissa) * 2 ** (exponent - 10);
  return code < 128 ? size : -size;
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
