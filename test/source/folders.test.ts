/** Folders in memory, of chosen files, and on disk: exact reads, names that stay inside, changes noticed. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { hfFolderInput } from '../../src/input/hf-folder.js';
import { FormatError, TransportError, UsageError } from '../../src/shared/errors.js';
import type { ByteSource } from '../../src/source/byte-source.js';
import { fileListFolder } from '../../src/source/file-list-folder.js';
import { memoryFolder } from '../../src/source/memory-folder.js';
import { nodeFile, nodeFolder } from '../../src/source/node-folder.js';

const TEN = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
const scratch = await mkdtemp(join(tmpdir(), 'folders-'));
after(() => rm(scratch, { recursive: true, force: true }));

async function onDisk(name: string, files: Record<string, Uint8Array>): Promise<string> {
  const root = join(scratch, name);
  for (const [file, bytes] of Object.entries(files)) {
    await mkdir(join(root, file, '..'), { recursive: true });
    await writeFile(join(root, file), bytes);
  }
  return root;
}

async function checkSource(source: ByteSource | null): Promise<void> {
  assert.ok(source !== null);
  assert.equal(source.size, 10);
  assert.deepEqual([...(await source.read(3, 6))], [3, 4, 5]);
  assert.deepEqual([...(await source.read(0, 10))], [...TEN]);
  assert.equal((await source.read(10, 10)).length, 0);
  for (const [begin, end] of [
    [0, 11],
    [-1, 3],
    [5, 4],
    [0.5, 2],
    [NaN, 2],
    [2 ** 60, 2 ** 60],
  ] as const) {
    await assert.rejects(source.read(begin, end), RangeError, `${begin}-${end}`);
  }
  await assert.rejects(source.read(0, 1, AbortSignal.abort()), { name: 'AbortError' });
  if (source.readInto !== undefined) {
    const target = new Uint8Array(4).fill(99);
    await source.readInto(target.subarray(1, 3), 8);
    assert.deepEqual([...target], [99, 8, 9, 99]);
    await assert.rejects(source.readInto(target, 8), RangeError);
  }
}

void test('memory: reads copies of exactly the range', async () => {
  const folder = memoryFolder('m', { 'b/c.bin': TEN, a: TEN });
  assert.deepEqual(folder.names, ['a', 'b/c.bin']);
  await checkSource(await folder.open('b/c.bin'));
  assert.equal(await folder.open('none'), null);
  const source = await folder.open('a');
  (await source?.read(0, 1))?.fill(77);
  assert.deepEqual([...((await source?.read(0, 1)) ?? [])], [0]);
});

for (const name of ['../x', '/x', 'a/../b', './a', 'a//b', '', 'a\\b', 'C:/x', 'x\0y']) {
  void test(`no folder opens ${JSON.stringify(name)}`, async () => {
    const disk = await nodeFolder(await onDisk('names', { 'config.json': TEN }));
    for (const folder of [memoryFolder('m', {}), disk, fileListFolder([new File([TEN], 'x')])]) {
      await assert.rejects(folder.open(name), RangeError);
    }
    await disk.close();
  });
}

/** A `File` as `webkitdirectory` gives it. */
function picked(path: string, bytes: Uint8Array = TEN): File {
  const file = new File([Uint8Array.from(bytes)], path.split('/').at(-1) ?? '');
  Object.defineProperty(file, 'webkitRelativePath', { value: path });
  return file;
}

void test('chosen files: the common top folder is the model folder', async () => {
  const folder = fileListFolder([picked('my-model/config.json'), picked('my-model/sub/x.jinja')]);
  assert.equal(folder.name, 'my-model');
  assert.deepEqual(folder.names, ['config.json', 'sub/x.jinja']);
  await checkSource(await folder.open('config.json'));
  assert.equal(await folder.open('my-model/config.json'), null);
});

void test('chosen files: dropped paths, single files, and two models at once', async () => {
  const dropped = fileListFolder([
    { path: '/top/config.json', file: new File([TEN], 'config.json') },
    { path: 'top/model.safetensors', file: new File([TEN], 'model.safetensors') },
  ]);
  assert.deepEqual([dropped.name, dropped.names], ['top', ['config.json', 'model.safetensors']]);
  const loose = fileListFolder([new File([TEN], 'config.json'), new File([TEN], 'model.safetensors')]);
  assert.deepEqual(loose.names, ['config.json', 'model.safetensors']);
  assert.throws(() => fileListFolder([]), UsageError);
  assert.throws(() => fileListFolder([new File([TEN], 'a'), new File([TEN], 'a')]), UsageError);
});

void test('chosen files: a file that can no longer be read is a transport fault', async () => {
  const file = new File([TEN], 'a');
  file.slice = () =>
    ({ arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')) }) as unknown as Blob;
  const source = await fileListFolder([file]).open('a');
  await assert.rejects(
    async () => source?.read(0, 1),
    (error) => error instanceof TransportError && /Choose the folder again/.test(error.message),
  );
  file.slice = () => new Blob([TEN.subarray(0, 2)]);
  await assert.rejects(async () => source?.read(0, 5), /shorter/);
});

void test('disk: lists files one level down, follows links, reads exactly', async () => {
  const root = await onDisk('disk', {
    'config.json': TEN,
    'sub/a.jinja': TEN,
    'sub/deep/b': TEN,
    '.git/c': TEN,
  });
  await symlink(join(root, 'config.json'), join(root, 'linked.json'));
  await symlink(join(root, 'nowhere'), join(root, 'dangling'));
  const folder = await nodeFolder(root);
  try {
    assert.equal(folder.name, 'disk');
    assert.deepEqual(folder.names, ['config.json', 'linked.json', 'sub/a.jinja']);
    await checkSource(await folder.open('config.json'));
    await checkSource(await folder.open('linked.json'));
    assert.equal(await folder.open('absent'), null);
    assert.equal(await folder.open('sub'), null);
    assert.equal(await folder.open('config.json/x'), null);
    assert.equal(await folder.open('dangling'), null);
  } finally {
    await folder.close();
  }
  await assert.rejects(folder.open('config.json'), /closed/);
});

void test('disk: a folder that is absent or a file says so', async () => {
  const root = await onDisk('single', { 'x.bin': TEN });
  await assert.rejects(
    nodeFolder(join(root, 'none')),
    (error) => error instanceof TransportError && /ENOENT/.test(error.message),
  );
  await assert.rejects(nodeFolder(join(root, 'x.bin')), /is a file/);
  const file = await nodeFile(join(root, 'x.bin'));
  assert.equal(file.name, 'x.bin');
  await checkSource(file);
  await file.close();
  await assert.rejects(nodeFile(join(root, 'none')), TransportError);
});

void test('disk: a file that is cut, grows or is rewritten while open is noticed', async () => {
  const changes: readonly (readonly [string, (path: string) => Promise<void>, RegExp])[] = [
    ['cut', (path) => truncate(path, 4), /was 10 bytes long and now has 4/],
    ['grown', (path) => writeFile(path, new Uint8Array(11)), /was 10 bytes long and now has 11/],
    [
      'rewritten',
      (path) => writeFile(path, new Uint8Array(10)).then(() => utimes(path, 1, 1)),
      /was changed/,
    ],
  ];
  for (const [name, change, problem] of changes) {
    const root = await onDisk(name, { 'model.safetensors': TEN });
    const folder = await nodeFolder(root);
    const source = await folder.open('model.safetensors');
    await source?.read(0, 10);
    await change(join(root, 'model.safetensors'));
    await assert.rejects(
      async () => source?.read(0, 10),
      (error) => error instanceof TransportError && problem.test(error.message),
    );
    await folder.close();
  }
});

/** A download cache on disk: content under `blobs`, snapshots of links to it. */
async function cacheOnDisk(name: string, entries: Record<string, readonly string[]>): Promise<string> {
  const root = join(scratch, name);
  for (const [entry, revisions] of Object.entries(entries)) {
    await mkdir(join(root, entry, 'blobs'), { recursive: true });
    await mkdir(join(root, entry, 'refs'), { recursive: true });
    await writeFile(join(root, entry, 'refs', 'main'), revisions[0] ?? '');
    await writeFile(join(root, entry, 'blobs', 'c0ffee'), TEN);
    for (const revision of revisions) {
      const snapshot = join(root, entry, 'snapshots', revision);
      await mkdir(snapshot, { recursive: true });
      for (const file of ['config.json', 'model.safetensors'])
        await symlink('../../blobs/c0ffee', join(snapshot, file));
    }
  }
  return root;
}

void test('disk: of a download cache with one model, that model is the folder, by its name', async () => {
  const root = await cacheOnDisk('hub', { 'models--org--small-model': ['abc123'] });
  for (const path of ['', 'models--org--small-model', 'models--org--small-model/snapshots/abc123']) {
    const folder = await nodeFolder(join(root, path));
    assert.equal(folder.name, 'small-model', path);
    assert.deepEqual(folder.names, ['config.json', 'model.safetensors'], path);
    await checkSource(await folder.open('model.safetensors'));
    await folder.close();
  }
});

void test('disk: of a cache with several models none is chosen, and all are named', async () => {
  const root = await cacheOnDisk('hubs', { 'models--org--a': ['one', 'two'], 'models--org--b': ['three'] });
  for (const [path, named] of [
    [
      '',
      /models--org--a\/snapshots\/one, models--org--a\/snapshots\/two, models--org--b\/snapshots\/three\./,
    ],
    ['models--org--a', /: snapshots\/one, snapshots\/two\./],
    ['models--org--a/snapshots', /: one, two\./],
  ] as const) {
    const folder = await nodeFolder(join(root, path));
    await assert.rejects(hfFolderInput(folder).config(), (error) => {
      assert.ok(error instanceof FormatError && error.code === 'several-models');
      assert.match(error.message, /models, each in a folder of its own\. Choose one of them: /);
      assert.match(error.message, named);
      return true;
    });
    await folder.close();
  }
});

void test('disk: a folder with its own config.json is taken whatever lies below it', async () => {
  const root = await cacheOnDisk('own', { 'models--org--a': ['one'] });
  await writeFile(join(root, 'config.json'), TEN);
  const folder = await nodeFolder(root);
  assert.equal(folder.name, 'own');
  await folder.close();
});

void test('chosen files: of a download cache with one model, that model is the folder', async () => {
  const file = (path: string): { path: string; file: File } => ({ path, file: new File([TEN], 'x') });
  for (const top of ['', 'hub/']) {
    const entry = `${top}models--org--small-model`;
    const folder = fileListFolder([
      file(`${entry}/refs/main`),
      file(`${entry}/blobs/c0ffee`),
      file(`${entry}/snapshots/abc/config.json`),
      file(`${entry}/snapshots/abc/model.safetensors`),
    ]);
    assert.equal(folder.name, 'small-model');
    assert.deepEqual(folder.names, ['config.json', 'model.safetensors']);
    await checkSource(await folder.open('model.safetensors'));
    assert.equal(await folder.open('refs/main'), null);
  }
});
