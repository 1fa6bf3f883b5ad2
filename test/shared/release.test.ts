/** Memory that is given back at once, where a browser can. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { release } from '../../src/shared/release.js';

void test('a buffer is emptied where it can be, and left to the garbage collection elsewhere', () => {
  const lengths: number[] = [];
  const able = Object.assign(new ArrayBuffer(8), { transfer: (length: number) => lengths.push(length) });
  release(new Uint8Array(able));
  assert.deepEqual(lengths, [0]);
  // Others read the rest of this one, and this one is gone already.
  release(new Uint8Array(able, 0, 4));
  release(
    new Uint8Array(Object.assign(new ArrayBuffer(0), { transfer: (length: number) => lengths.push(length) })),
  );
  assert.deepEqual(lengths, [0]);
  const unable = Object.assign(new ArrayBuffer(8), { transfer: undefined });
  release(new Uint8Array(unable));
  assert.equal(unable.byteLength, 8);
});
