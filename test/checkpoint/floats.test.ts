/** Every code of the short types is the number that its definition says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FloatDtype } from '../../src/checkpoint/checkpoint.js';
import { floatsOf, littleEndian } from '../../src/checkpoint/floats.js';

/** A number by its fields; `finite` for types without infinity. */
function defined(code: number, exponentBits: number, mantissaBits: number, finite: boolean): number {
  const mantissa = code & (2 ** mantissaBits - 1);
  const exponent = (code >> mantissaBits) & (2 ** exponentBits - 1);
  const sign = code >> (exponentBits + mantissaBits) === 0 ? 1 : -1;
  const isLast = exponent === 2 ** exponentBits - 1;
  if (finite ? isLast && mantissa === 2 ** mantissaBits - 1 : isLast && mantissa !== 0) return NaN;
  if (isLast && !finite) return sign * Infinity;
  const bias = 2 ** (exponentBits - 1) - 1;
  const fraction = mantissa / 2 ** mantissaBits;
  return sign * (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias));
}

const FORMS: readonly (readonly [FloatDtype, number, number, number, boolean])[] = [
  ['F16', 2, 5, 10, false],
  ['BF16', 2, 8, 7, false],
  ['F8_E5M2', 1, 5, 2, false],
  ['F8_E4M3', 1, 4, 3, true],
];

for (const [dtype, size, exponentBits, mantissaBits, finite] of FORMS) {
  test(`every code of ${dtype}, also from the middle of a buffer`, () => {
    const count = 256 ** size;
    const bytes = new Uint8Array(count * size + 1);
    for (let code = 0; code < count; code++)
      for (let i = 0; i < size; i++) bytes[1 + code * size + i] = code >> (8 * i);
    floatsOf(dtype, bytes.subarray(1)).forEach((number, code) => {
      const expected = defined(code, exponentBits, mantissaBits, finite);
      if (!Object.is(number, expected)) assert.fail(`${code}: ${number}, not ${expected}`);
    });
  });
}

test('F32 goes there and back', () => {
  const numbers = Float32Array.of(1.5, -0, 3e-45, Infinity);
  const bytes = new Uint8Array(17);
  bytes.set(littleEndian(numbers), 1);
  assert.deepEqual(floatsOf('F32', bytes.subarray(1)), numbers);
});
