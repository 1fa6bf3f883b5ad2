/** Archives are made in small pieces, so that a page stays alive meanwhile, and can be stopped between any two of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unzipSync } from 'fflate';
import { zipFiles } from '../../src/element/zip-parts.js';
import { PIECE_BYTES, breath, piecesOf } from '../../src/shared/breath.js';

const LONG = new Uint8Array(6 * 1024 * 1024 + 5).map((_, index) => (index * 7) & 0xff);

const files = (): { path: string; pieces: () => Iterable<Uint8Array> }[] =>
  ['a/long.bin', 'b/long.bin', 'empty.txt'].map((path) => ({
    path,
    pieces: () => piecesOf(path === 'empty.txt' ? new Uint8Array(0) : LONG),
  }));

test('an archive has what was put in, and the same files give the same bytes', async () => {
  const bytes = async (): Promise<Uint8Array> =>
    new Uint8Array(await (await zipFiles(files())).arrayBuffer());
  const one = await bytes();
  const inside = unzipSync(one);
  assert.deepEqual(Object.keys(inside), ['a/long.bin', 'b/long.bin', 'empty.txt']);
  for (const name of ['a/long.bin', 'b/long.bin']) {
    assert.ok(Buffer.from(LONG).equals(inside[name] ?? new Uint8Array()), name);
  }
  assert.ok(Buffer.from(one).equals(await bytes()));
});

test('between two breaths no more than a small piece is worked on', async () => {
  let before = 0;
  let now = 0;
  let largest = 0;
  let breaths = 0;
  await zipFiles(files(), {
    onProgress: (done) => {
      now = done;
    },
    pause: async () => {
      largest = Math.max(largest, now - before);
      before = now;
      breaths++;
      await breath();
    },
  });
  assert.equal(now, 2 * LONG.length);
  assert.ok(largest > 0 && largest <= PIECE_BYTES, String(largest));
  assert.equal(breaths, 2 * Math.ceil(LONG.length / PIECE_BYTES));
});

test('a cancelled archive ends with the next piece', async () => {
  const end = new AbortController();
  let done = 0;
  const archive = zipFiles(files(), {
    signal: end.signal,
    onProgress: (bytes) => {
      done = bytes;
      end.abort(new DOMException('Cancelled.', 'AbortError'));
    },
  });
  await assert.rejects(archive, { name: 'AbortError' });
  assert.equal(done, PIECE_BYTES);
});
