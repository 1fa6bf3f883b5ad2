/** Streaming a tensor: whole rows, nothing lost, one block ahead, two buffers, a clean end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { openCheckpoint } from '../../src/checkpoint/open-checkpoint.js';
import { rowBlocks } from '../../src/checkpoint/row-blocks.js';
import { memoryFolder } from '../../src/source/memory-folder.js';
import { writeSafetensors } from './write-safetensors.js';

const SHAPE = [7, 3] as const;
const open = (): Promise<Checkpoint> =>
  openCheckpoint(
    memoryFolder('m', {
      'model.safetensors': writeSafetensors({
        w: { dtype: 'F16', shape: SHAPE },
        v: { dtype: 'F16', shape: [5] },
        none: { dtype: 'F16', shape: [0, 5] },
        thin: { dtype: 'F16', shape: [5, 0] },
      }),
    }),
  );

void test('gives all rows once, in order, in whole rows', async () => {
  const checkpoint = await open();
  for (const options of [
    {},
    { rowsPerBlock: 1 },
    { rowsPerBlock: 3 },
    { bytesPerBlock: 13 },
    { bytesPerBlock: 1 },
  ]) {
    const bytes: number[] = [];
    let next = 0;
    for await (const block of rowBlocks(checkpoint, 'w', options)) {
      assert.equal(block.rowBegin, next);
      assert.equal(block.bytes.length, (block.rowEnd - block.rowBegin) * 6);
      bytes.push(...block.bytes);
      next = block.rowEnd;
    }
    assert.equal(next, 7);
    assert.deepEqual(bytes, [...(await checkpoint.readRows('w', 0, 7))]);
  }
});

void test('handles vectors and empty tensors', async () => {
  const checkpoint = await open();
  const count = async (name: string): Promise<number[]> => {
    const sizes: number[] = [];
    for await (const block of rowBlocks(checkpoint, name)) sizes.push(block.bytes.length);
    return sizes;
  };
  assert.deepEqual(await count('v'), [10]);
  assert.deepEqual(await count('none'), []);
  assert.deepEqual(await count('thin'), [0]);
  await assert.rejects(count('absent'), RangeError);
});

/** A checkpoint whose reads can be watched. */
async function watched(): Promise<{ checkpoint: Checkpoint; begun: number[] }> {
  const inner = await open();
  const begun: number[] = [];
  const checkpoint: Checkpoint = {
    tensors: inner.tensors,
    metadata: inner.metadata,
    bytes: inner.bytes,
    readRows: (...args) => inner.readRows(...args),
    async readRowsInto(target, name, rowBegin, rowEnd, signal) {
      begun.push(rowBegin);
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (rowBegin === 6) throw new Error('the disk is gone');
      await inner.readRowsInto(target, name, rowBegin, rowEnd, signal);
    },
  };
  return { checkpoint, begun };
}

void test('has one block in flight while the caller works, and reads into the buffers given', async () => {
  const { checkpoint, begun } = await watched();
  const memory = new Uint8Array(64);
  const buffers = [memory.subarray(0, 12), memory.subarray(32, 44)] as const;
  const blocks = rowBlocks(checkpoint, 'w', { rowsPerBlock: 2, buffers });
  const first = await blocks.next();
  assert.deepEqual(begun, [0, 2]);
  assert.ok(
    first.done !== true && first.value.bytes.buffer === memory.buffer && first.value.bytes.byteOffset === 0,
  );
  const second = await blocks.next();
  assert.deepEqual(begun, [0, 2, 4]);
  assert.ok(second.done !== true && second.value.bytes.byteOffset === 32);
  await blocks.return();
});

void test('an error comes when its block is asked for, an early end waits for the read in flight', async () => {
  const { checkpoint, begun } = await watched();
  const seen: number[] = [];
  await assert.rejects(async () => {
    for await (const block of rowBlocks(checkpoint, 'w', { rowsPerBlock: 2 })) seen.push(block.rowBegin);
  }, /disk is gone/);
  assert.deepEqual(seen, [0, 2, 4]);
  begun.length = 0;
  for await (const block of rowBlocks(checkpoint, 'w', { rowsPerBlock: 3 })) {
    assert.equal(block.rowBegin, 0);
    break;
  }
  assert.deepEqual(begun, [0, 3]);
});

void test('an abort ends the stream', async () => {
  const controller = new AbortController();
  const checkpoint = await open();
  await assert.rejects(
    async () => {
      for await (const block of rowBlocks(checkpoint, 'w', { rowsPerBlock: 1, signal: controller.signal })) {
        if (block.rowBegin === 1) controller.abort();
      }
    },
    { name: 'AbortError' },
  );
});
