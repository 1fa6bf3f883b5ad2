import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteQueue } from '../../src/device/byte-queue.js';

async function read(queue: ByteQueue): Promise<number[]> {
  const bytes: number[] = [];
  for await (const chunk of queue) bytes.push(...chunk);
  return bytes;
}

test('gives chunks in order, those before the end too', async () => {
  const queue = new ByteQueue();
  queue.push(Uint8Array.of(1, 2));
  queue.push(new Uint8Array(0));
  const reading = read(queue);
  assert.equal(queue.waiting, 0);
  await Promise.resolve();
  queue.push(Uint8Array.of(3));
  queue.end();
  queue.push(Uint8Array.of(4));
  assert.deepEqual(await reading, [1, 2, 3]);
});

test('counts what waits', () => {
  const queue = new ByteQueue();
  queue.push(Uint8Array.of(1, 2));
  queue.push(Uint8Array.of(3));
  assert.equal(queue.waiting, 3);
});

test('a failure comes after what waits', async () => {
  const queue = new ByteQueue();
  queue.push(Uint8Array.of(1));
  queue.fail(new Error('gone'));
  const seen: number[] = [];
  await assert.rejects(async () => {
    for await (const chunk of queue) seen.push(...chunk);
  }, /gone/);
  assert.deepEqual(seen, [1]);
});

test('readers that wait together share the chunks and all end', async () => {
  const queue = new ByteQueue();
  const readers = [read(queue), read(queue)];
  await new Promise((resolve) => setImmediate(resolve));
  queue.push(Uint8Array.of(1));
  await new Promise((resolve) => setImmediate(resolve));
  queue.end();
  assert.deepEqual((await Promise.all(readers)).flat(), [1]);
});
