/** Streams of blobs: the same bytes as slices, one stream for reads in a row, memory that is given back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TransportError } from '../../src/shared/errors.js';
import { BlobStream, hasByteStreams } from '../../src/source/blob-stream.js';
import { BlobSource, fileListFolder } from '../../src/source/file-list-folder.js';
import { WINDOW_BYTES } from '../../src/source/read-ahead.js';

const BYTES = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 131 + (i >> 8)) % 251);

/** A blob that counts the streams that are opened on it. */
class CountingBlob extends Blob {
  streams = 0;

  override slice(begin?: number, end?: number, type?: string): Blob {
    const slice = super.slice(begin, end, type);
    const stream = slice.stream.bind(slice);
    slice.stream = () => {
      this.streams += 1;
      return stream();
    };
    return slice;
  }
}

void test('this platform has byte streams', () => {
  assert.equal(hasByteStreams(), true);
});

void test('reads in a row share a stream; a jump opens another', async () => {
  const blob = new CountingBlob([BYTES]);
  const stream = new BlobStream(blob);
  for (let at = 0; at < 100_000; at += 10_000) {
    const bytes = await stream.fill(new ArrayBuffer(10_000), at, at + 10_000);
    assert.deepEqual(bytes, BYTES.slice(at, at + 10_000));
  }
  assert.equal(blob.streams, 1);
  assert.deepEqual(await stream.fill(new ArrayBuffer(50), 250_000, 250_050), BYTES.slice(250_000, 250_050));
  assert.equal(blob.streams, 2);
});

void test('reads asked for at once are answered in their order', async () => {
  const blob = new CountingBlob([BYTES]);
  const stream = new BlobStream(blob);
  const places = [0, 70_000, 140_000, 5, 210_000];
  const results = await Promise.all(
    places.map((at) => stream.fill(new ArrayBuffer(70_000), at, at + 70_000)),
  );
  results.forEach((bytes, i) => {
    const at = places[i] ?? 0;
    assert.deepEqual(bytes, BYTES.slice(at, at + 70_000));
  });
});

void test('takes the memory over, and gives fewer bytes at the end', async () => {
  const stream = new BlobStream(new Blob([BYTES]));
  const memory = new ArrayBuffer(1000);
  const bytes = await stream.fill(memory, 299_500, 300_500);
  assert.deepEqual(bytes, BYTES.slice(299_500));
  assert.equal(bytes.buffer.byteLength, 1000);
  assert.equal(memory.byteLength, 0);
});

void test('an abort ends a read; the next one starts anew', async () => {
  const stream = new BlobStream(new Blob([BYTES]));
  const controller = new AbortController();
  const aborted = stream.fill(new ArrayBuffer(200_000), 0, 200_000, controller.signal);
  const next = stream.fill(new ArrayBuffer(100), 200_000, 200_100);
  controller.abort();
  await assert.rejects(aborted, { name: 'AbortError' });
  assert.deepEqual(await next, BYTES.slice(200_000, 200_100));
});

void test('a file that cannot be read, or became shorter, is a transport error that says what to do', async () => {
  const broken = new Blob([BYTES]);
  broken.slice = () => {
    const slice = new Blob([BYTES]);
    slice.stream = () =>
      new ReadableStream({
        type: 'bytes',
        pull() {
          throw new DOMException('changed', 'NotReadableError');
        },
      });
    return slice;
  };
  const cut = new Blob([BYTES]);
  cut.slice = () => new Blob([BYTES.subarray(0, 100)]);
  const read = (blob: Blob): Promise<Uint8Array> =>
    new BlobSource('m.bin', blob).readTaking(new ArrayBuffer(1000), 0, 1000);
  await assert.rejects(
    read(broken),
    (error) => error instanceof TransportError && /m\.bin.*Choose/.test(error.message),
  );
  await assert.rejects(
    read(cut),
    (error) => error instanceof TransportError && /shorter/.test(error.message),
  );
});

void test('a chosen file longer than all kept windows reads alike in any order', async () => {
  const length = 6 * WINDOW_BYTES + 12_345;
  const bytes = new Uint8Array(length);
  const words = new Uint32Array(bytes.buffer, 0, length >> 2);
  for (let i = 0; i < words.length; i++) words[i] = Math.imul(i, 2654435761);
  const source = await fileListFolder([new File([bytes], 'model.safetensors')]).open('model.safetensors');
  assert.ok(source !== null);
  const target = new Uint8Array(1_000_003);
  const check = async (at: number, size = target.length): Promise<void> => {
    const part = target.subarray(0, Math.min(size, length - at));
    await source.readInto?.(part, at);
    assert.ok(
      Buffer.from(part.buffer, 0, part.length).equals(bytes.subarray(at, at + part.length)),
      `at ${at}`,
    );
  };
  for (let at = 0; at < length; at += target.length) await check(at);
  // Two places that advance together, as halves of a fused matrix do, from the back to the front.
  for (let at = 3 * WINDOW_BYTES; at > 0; at -= 3_500_000) {
    await check(at);
    await check(at + 2 * WINDOW_BYTES, 400_000);
  }
  const pieces = [1, 2, 3, 4, 5].map((i) => source.read(i * 7_000_000, i * 7_000_000 + 500_000));
  for (const [i, piece] of (await Promise.all(pieces)).entries()) {
    const at = (i + 1) * 7_000_000;
    assert.ok(Buffer.from(piece).equals(bytes.subarray(at, at + 500_000)));
  }
});
