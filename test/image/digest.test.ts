/** The digests are those that Node computes, for texts of every length around the ends of blocks, however they come. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { md5Of, sha256Of, startMd5, startSha256, toHex } from '../../src/image/digest.js';

const LIBRARY = { sha256: [sha256Of, startSha256], md5: [md5Of, startMd5] } as const;

function bytesOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 167 + length * 31) ^ (i >> 3));
}

for (const [name, [whole, start]] of Object.entries(LIBRARY)) {
  const expected = (bytes: Uint8Array): string => createHash(name).update(bytes).digest('hex');

  test(`${name} of every length up to four blocks, and of much`, () => {
    for (const length of [...Array(258).keys(), 4096, 1_000_003])
      assert.equal(toHex(whole(bytesOf(length))), expected(bytesOf(length)), `${length} bytes`);
  });

  test(`${name} does not depend on the pieces, nor on what lies around them`, () => {
    const bytes = bytesOf(1000);
    for (const step of [1, 7, 63, 64, 65, 128, 333]) {
      const running = start();
      for (let at = 0; at < bytes.length; at += step) running.update(bytes.subarray(at, at + step));
      assert.equal(toHex(running.finish()), expected(bytes), `pieces of ${step}`);
    }
  });
}
