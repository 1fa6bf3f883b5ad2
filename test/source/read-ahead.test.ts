/** Reading ahead: the same bytes with fewer reads, bounded memory, and failures that are forgotten. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TransportError } from '../../src/shared/errors.js';
import type { ByteSource } from '../../src/source/byte-source.js';
import { MemorySource } from '../../src/source/memory-folder.js';
import { WindowPool } from '../../src/source/read-ahead.js';

const BYTES = Uint8Array.from({ length: 1000 }, (_, i) => (i * 37) % 253);
const WINDOW = 100;

/** A source that notes its reads, and may be told to fail. */
class Watched implements ByteSource {
  readonly name = 'w';
  readonly size = BYTES.length;
  readonly reads: string[] = [];
  failures = 0;
  readonly #bytes = new MemorySource('w', BYTES);

  async read(begin: number, end: number, signal?: AbortSignal): Promise<Uint8Array> {
    this.reads.push(`${begin}-${end}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
    signal?.throwIfAborted();
    if (this.failures > 0) {
      this.failures--;
      throw new TransportError('the line is down');
    }
    return this.#bytes.read(begin, end);
  }
}

void test('gives the same bytes as the source for any order of reads', async () => {
  const source = new WindowPool(WINDOW).wrap(new Watched());
  let state = 1;
  for (let i = 0; i < 400; i++) {
    state = (state * 48271) % 2147483647;
    const begin = i % 3 === 0 ? state % 1000 : (i * 13) % 900;
    const end = Math.min(1000, begin + ((state >> 8) % 140));
    if (i % 2 === 0) assert.deepEqual(await source.read(begin, end), BYTES.slice(begin, end));
    else {
      const target = new Uint8Array(end - begin);
      await source.readInto?.(target, begin);
      assert.deepEqual(target, BYTES.slice(begin, end));
    }
  }
  await assert.rejects(source.read(990, 1001), RangeError);
});

void test('a header costs its two reads; then a pass over the file takes each window once', async () => {
  const watched = new Watched();
  const source = new WindowPool(WINDOW).wrap(watched);
  await source.read(0, 8);
  await source.read(8, 20);
  assert.deepEqual(watched.reads, ['0-8', '8-20']);
  for (let at = 20; at < 1000; at += 20) await source.read(at, at + 20);
  const windows = Array.from({ length: 10 }, (_, i) => `${i * 100}-${i * 100 + 100}`);
  assert.deepEqual(watched.reads.slice(2).sort(), windows.sort());
});

void test('fetches ahead while the caller works', async () => {
  const watched = new Watched();
  const source = new WindowPool(WINDOW).wrap(watched);
  for (const at of [0, 10, 20]) await source.read(at, at + 10);
  assert.deepEqual(watched.reads.slice(2), ['0-100', '100-200', '200-300']);
});

void test('far jumps and long reads go straight through', async () => {
  const watched = new Watched();
  const source = new WindowPool(WINDOW).wrap(watched);
  for (const at of [0, 500, 100, 900]) await source.read(at, at + 10);
  await source.read(0, 400);
  await source.read(400, 800);
  assert.deepEqual(watched.reads, ['0-10', '500-510', '100-110', '900-910', '0-400', '400-800']);
});

void test('two files share the windows, which stay few', async () => {
  const pool = new WindowPool(WINDOW);
  const watched = [new Watched(), new Watched()] as const;
  const sources = watched.map((source) => pool.wrap(source));
  for (let at = 0; at < 1000; at += 10) {
    for (const source of sources) assert.deepEqual(await source.read(at, at + 10), BYTES.slice(at, at + 10));
  }
  const kept = [0, 1].flatMap((file) => Array.from({ length: 10 }, (_, i) => pool.has(`${file}:${i}`)));
  assert.ok(kept.filter(Boolean).length <= 4);
});

void test('a failed window is an error once and read again the next time', async () => {
  const watched = new Watched();
  const source = new WindowPool(WINDOW).wrap(watched);
  await source.read(0, 10);
  await source.read(10, 20);
  watched.failures = 3;
  await assert.rejects(source.read(20, 30), TransportError);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(await source.read(30, 40), BYTES.slice(30, 40));
});

void test("one reader's abort is not another's", async () => {
  const watched = new Watched();
  const source = new WindowPool(WINDOW).wrap(watched);
  await source.read(0, 10);
  await source.read(10, 20);
  const controller = new AbortController();
  const aborted = source.read(20, 30, controller.signal);
  const other = source.read(30, 40);
  controller.abort();
  await assert.rejects(aborted, { name: 'AbortError' });
  assert.deepEqual(await other, BYTES.slice(30, 40));
});

/** A source that fills memory which it is given, and notes which. */
class Taking extends Watched {
  readonly memories = new Set<ArrayBuffer>();

  async readTaking(
    memory: ArrayBuffer,
    begin: number,
    end: number,
    signal?: AbortSignal,
  ): Promise<Uint8Array> {
    this.memories.add(memory);
    const bytes = await this.read(begin, end, signal);
    const view = new Uint8Array(memory, 0, end - begin);
    view.set(bytes);
    return view;
  }
}

void test('uses the memory of old windows again, but never under a reader', async () => {
  const taking = new Taking();
  const source = new WindowPool(WINDOW).wrap(taking);
  for (let pass = 0; pass < 3; pass++) {
    for (let at = 0; at < 1000; at += 20) {
      const reads = [at, (at + 500) % 1000, (at + 720) % 1000].map(async (begin) => {
        assert.deepEqual(await source.read(begin, begin + 20), BYTES.slice(begin, begin + 20));
      });
      await Promise.all(reads);
    }
  }
  assert.ok(taking.reads.length > 20);
  assert.ok(
    taking.memories.size < taking.reads.length / 2,
    `${taking.memories.size} of ${taking.reads.length}`,
  );
});
