/** What is not a number is found in every element type: all codes of the small ones, against their decoding. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FloatDtype } from '../../src/checkpoint/checkpoint.js';
import { FLOAT_DTYPES, floatBytes } from '../../src/checkpoint/dtype.js';
import { findNonFinite } from '../../src/checkpoint/finite.js';
import { kernels } from '../kernels/load.js';

/** Elements whose upper 16 bits, or all, take every value. */
function elements(dtype: FloatDtype): Uint8Array[] {
  const size = floatBytes(dtype);
  return Array.from({ length: size === 1 ? 256 : 65_536 }, (_, code) => {
    const bytes = new Uint8Array(size);
    if (size === 1) bytes[0] = code;
    else new DataView(bytes.buffer).setUint16(size - 2, code, true);
    return bytes;
  });
}

for (const dtype of FLOAT_DTYPES) {
  test(`${dtype}: every code as its decoding has it`, () => {
    let bad = 0;
    for (const bytes of elements(dtype)) {
      const [value = NaN] = kernels.decode(bytes, dtype);
      const isBad = !Number.isFinite(value);
      if (isBad) bad++;
      assert.equal(
        findNonFinite(bytes, dtype),
        isBad ? 0 : -1,
        `${dtype} ${Buffer.from(bytes).toString('hex')}`,
      );
    }
    assert.ok(bad > 0);
  });

  test(`${dtype}: the first of many is told by its place`, () => {
    const size = floatBytes(dtype);
    const bytes = new Uint8Array(size * 9);
    bytes.fill(0xff, 5 * size, 6 * size);
    bytes.fill(0xff, 7 * size, 8 * size);
    assert.equal(findNonFinite(bytes, dtype), 5);
    assert.equal(findNonFinite(bytes.subarray(0, 5 * size), dtype), -1);
  });
}

test('an infinity of 32 bits has a mantissa of zero, and a NaN may have only its lowest bit', () => {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x7f7fffff, true);
  for (const bits of [0x7f800000, 0xff800000, 0x7f800001, 0x7fc00000]) {
    view.setUint32(4, bits, true);
    assert.equal(findNonFinite(bytes, 'F32'), 1, bits.toString(16));
  }
});
