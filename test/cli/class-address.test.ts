/** The address of a class and its QR code. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classAddress } from '../../src/cli/class-address.js';
import { UsageError } from '../../src/shared/errors.js';

/** Where a finder pattern is: a ring of 7 squares, a white one, 3 × 3 dark (ISO/IEC 18004, 6.3.3). */
function isFinder(code: readonly (readonly boolean[])[], left: number, top: number): boolean {
  for (let y = 0; y < 7; y++) {
    for (let x = 0; x < 7; x++) {
      const ring = Math.max(Math.abs(x - 3), Math.abs(y - 3));
      if (code[top + y]?.[left + x] !== (ring !== 2)) return false;
    }
  }
  return true;
}

test('an address has a code with its three finders and white around it', async () => {
  const { url, code } = await classAddress('https://school.example/kit');
  assert.equal(url, 'https://school.example/kit');
  const size = code.length;
  assert.ok(code.every((row) => row.length === size));
  assert.ok(isFinder(code, 4, 4) && isFinder(code, size - 11, 4) && isFinder(code, 4, size - 11));
  assert.ok(!isFinder(code, size - 11, size - 11));
  for (let at = 0; at < size; at++)
    for (const edge of [0, 3, size - 4, size - 1])
      assert.ok(code[edge]?.[at] === false && code[at]?.[edge] === false);
  // Another address is another code.
  assert.notDeepEqual((await classAddress('https://school.example/kiz')).code, code);
});

test('what is no address for a class is refused', async () => {
  for (const [text, message] of [
    ['kit', /is an address such as/],
    ['', /is an address such as/],
    ['file:///kit', /begins with https/],
    ['javascript:alert(1)', /begins with https/],
    ['https://me:secret@school.example/', /leave user and password/],
    [`https://school.example/${'x'.repeat(400)}`, /characters; give at most/],
  ] as const) {
    await assert.rejects(
      classAddress(text),
      (error) => error instanceof UsageError && message.test(error.message),
      text,
    );
  }
});
