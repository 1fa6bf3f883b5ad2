/** What is read of a kept folder is read once, and what is large passes through. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ByteSource, ModelFolder } from '../../src/source/byte-source.js';
import { KeptFolder, MAX_KEPT_BYTES } from '../../src/source/kept-folder.js';
import { MemorySource } from '../../src/source/memory-folder.js';

const BYTES = Uint8Array.of(1, 2, 3, 4);

function told(size = BYTES.length): { folder: ModelFolder; reads: string[] } {
  const reads: string[] = [];
  const source = (name: string): ByteSource => ({
    name,
    size,
    read: async (begin, end) => {
      reads.push(`${name} ${begin}-${end}`);
      return size === BYTES.length ? BYTES.slice(begin, end) : new Uint8Array(end - begin);
    },
  });
  const folder: ModelFolder = {
    name: 'told',
    names: null,
    open: async (name) => (name === 'absent' ? null : source(name)),
  };
  return { folder, reads };
}

async function whole(folder: ModelFolder, name: string): Promise<Uint8Array | null> {
  const source = await folder.open(name);
  return source === null ? null : source.read(0, source.size);
}

test('a file that was read whole is not read again, and the reader may do with its bytes what it wants', async () => {
  const { folder, reads } = told();
  const kept = new KeptFolder(folder);
  const bytes = await whole(kept, 'a');
  bytes?.fill(9);
  assert.deepEqual(await whole(kept, 'a'), BYTES);
  assert.deepEqual(await (await kept.open('a'))?.read(1, 3), Uint8Array.of(2, 3));
  assert.deepEqual(reads, ['a 0-4']);
  assert.deepEqual(kept.kept, [{ path: 'a', bytes: BYTES }]);
  assert.equal(await whole(kept, 'absent'), null);
});

test('parts pass through and are not kept', async () => {
  const { folder, reads } = told();
  const kept = new KeptFolder(folder);
  const source = await kept.open('a');
  assert.deepEqual(await source?.read(1, 4), Uint8Array.of(2, 3, 4));
  assert.deepEqual(await source?.read(0, 2), Uint8Array.of(1, 2));
  assert.deepEqual(reads, ['a 1-4', 'a 0-2']);
  assert.deepEqual(kept.kept, []);
});

test('no more is kept than fits', async () => {
  const { folder, reads } = told(MAX_KEPT_BYTES / 2 + 1);
  const kept = new KeptFolder(folder);
  for (const name of ['a', 'b', 'a', 'b']) await whole(kept, name);
  assert.equal(reads.length, 3);
  assert.deepEqual(
    kept.kept.map(({ path }) => path),
    ['a'],
  );
});

test('files that are known are not asked for, whatever their size', async () => {
  const { folder, reads } = told();
  const kept = new KeptFolder(folder, [{ path: 'a', bytes: Uint8Array.of(7) }]);
  assert.deepEqual(await whole(kept, 'a'), Uint8Array.of(7));
  assert.deepEqual(await whole(kept, 'b'), BYTES);
  assert.deepEqual(reads, ['b 0-4']);
});

test('sources that read into memory still do', async () => {
  const kept = new KeptFolder({
    name: 'memory',
    names: ['a'],
    open: async () => new MemorySource('a', BYTES),
  });
  const target = new Uint8Array(2);
  const source = await kept.open('a');
  await source?.readInto?.(target, 1);
  assert.deepEqual(target, Uint8Array.of(2, 3));
  assert.ok(source !== null && !('readTaking' in source));
});
