import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crc32 as zlibCrc32 } from 'node:zlib';
import { crc32 } from '../../src/shared/crc32.js';
import { randomNumbers } from '../support/synthetic-model.js';

describe('crc32', () => {
  it('has the check value of the standard', () => {
    assert.equal(crc32(new TextEncoder().encode('123456789')), 0xcbf43926);
  });

  it('is 0 for no bytes and continues from an earlier value', () => {
    const random = randomNumbers(7);
    const bytes = Uint8Array.from({ length: 1000 }, () => Math.floor((random() + 1) * 128));
    assert.equal(crc32(new Uint8Array(0)), 0);
    for (const cut of [0, 1, 7, 8, 9, 500, 999, 1000]) {
      assert.equal(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut))), crc32(bytes));
    }
  });

  it('agrees with zlib', { skip: typeof zlibCrc32 !== 'function' }, () => {
    const bytes = Uint8Array.from({ length: 4099 }, (_, index) => (index * 31) & 0xff);
    assert.equal(crc32(bytes), zlibCrc32(bytes));
  });
});
