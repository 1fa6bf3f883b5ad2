/** Dropped folders are walked, in pieces as browsers hand them out, without getting lost in them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { droppedFiles } from '../../src/element/dropped-files.js';
import type { Dropped } from '../../src/element/file-drops.js';
import { TransportError } from '../../src/shared/errors.js';

interface Tree {
  readonly [name: string]: Tree | string;
}

/** Largest piece that Chromium gives per call. */
const PIECE = 100;

function entry(name: string, content: Tree | string, parent: string): FileSystemEntry {
  const fullPath = `${parent}/${name}`;
  if (typeof content === 'string') {
    const file = (done: (file: File) => void, fail: (error: DOMException) => void): void => {
      if (content === 'locked') fail(new DOMException('no', 'NotReadableError'));
      else done(new File([content], name));
    };
    return { name, fullPath, isFile: true, isDirectory: false, file } as unknown as FileSystemEntry;
  }
  const createReader = (): unknown => {
    const all = Object.entries(content).map(([child, inside]) => entry(child, inside, fullPath));
    return {
      readEntries: (done: (entries: FileSystemEntry[]) => void) => {
        done(all.splice(0, PIECE));
      },
    };
  };
  return { name, fullPath, isFile: false, isDirectory: true, createReader } as unknown as FileSystemEntry;
}

function drop(tree: Tree): Dropped {
  return { entries: Object.entries(tree).map(([name, content]) => entry(name, content, '')), files: [] };
}

async function paths(tree: Tree): Promise<string[]> {
  return (await droppedFiles(drop(tree))).map((file) => file.path).sort();
}

test('a folder is walked, with the paths of its files', async () => {
  const tree = {
    model: { 'config.json': '{}', sub: { 'a.txt': 'a' }, '.git': { HEAD: 'x' }, '.DS_Store': 'x' },
  };
  assert.deepEqual(await paths(tree), ['model/config.json', 'model/sub/a.txt']);
});

test('a folder of more files than come in one piece is read to its end', async () => {
  const many = Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`${index}.bin`, 'x']));
  assert.equal((await paths({ model: many })).length, 250);
});

test('what lies deeper than a model folder goes is left alone', async () => {
  assert.deepEqual(await paths({ a: { b: { c: { d: { 'deep.txt': 'x' } }, 'near.txt': 'x' } } }), [
    'a/b/near.txt',
  ]);
});

test('files that are no entries are taken as they are', async () => {
  const file = new File(['{}'], 'config.json');
  const dropped = { entries: [null], files: [file] };
  assert.deepEqual(await droppedFiles(dropped), [{ path: 'config.json', file }]);
});

test('a file that cannot be read is named', async () => {
  await assert.rejects(paths({ model: { 'config.json': 'locked' } }), (error) => {
    assert.ok(error instanceof TransportError);
    assert.match(error.message, /config\.json/);
    return true;
  });
});
