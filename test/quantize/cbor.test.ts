import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeCbor } from '../../src/quantize/cbor.js';

function hex(data: unknown): string {
  return Buffer.from(writeCbor(data)).toString('hex');
}

// The bytes are those that RFC 8949 gives for these values, with lengths in the form of 32 bits (section 3, "argument").
void test('values have the bytes of the standard', () => {
  assert.equal(hex(null), 'f6');
  assert.equal(hex(false), 'f4');
  assert.equal(hex(true), 'f5');
  assert.equal(hex(1.1), 'fb3ff199999999999a');
  assert.equal(hex(-4.1), 'fbc010666666666666');
  assert.equal(hex(Infinity), 'fb7ff0000000000000');
  assert.equal(hex(NaN), 'fb7ff8000000000000');
  assert.equal(hex('IETF'), '7a0000000449455446');
  assert.equal(hex('\u6c34'), '7a00000003e6b0b4');
  assert.equal(hex([]), '9a00000000');
  assert.equal(hex([null, [true]]), '9a00000002f69a00000001f5');
  assert.equal(hex({ a: null, b: [''] }), 'ba000000027a0000000161f67a00000001629a000000017a00000000');
});

void test('absent fields are left out, and what is no data is refused', () => {
  assert.equal(hex({ a: undefined, b: true }), hex({ b: true }));
  assert.throws(() => writeCbor(() => 0), TypeError);
  assert.throws(() => writeCbor([undefined]), TypeError);
});

void test('long values are written whole', () => {
  const text = 'é'.repeat(100_000);
  const bytes = writeCbor([text, 1, text]);
  assert.equal(bytes.length, 5 + 2 * (5 + 200_000) + 9);
  const end = new TextDecoder().decode(bytes.subarray(bytes.length - 200_000));
  assert.ok(end === text && new TextDecoder().decode(bytes.subarray(10, 200_010)) === text);
});
