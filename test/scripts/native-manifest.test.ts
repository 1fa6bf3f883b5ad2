/** The manifest is what the rebuild check trusts: its hash must see every change, and its comparison every difference. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { compareArtefacts, describeArtefacts, hashSources } from '../../scripts/lib/native-manifest.mjs';
import { listFiles } from '../../scripts/lib/files.mjs';

test('the source hash is a function of names and contents only', async (t) => {
  const folder = await scratch(t);
  await writeFile(path.join(folder, 'a.c'), 'int a;');
  await writeFile(path.join(folder, 'b.c'), 'int b;');
  const before = await hashSources(folder, ['a.c', 'b.c']);
  assert.equal(await hashSources(folder, ['a.c', 'b.c']), before);

  await writeFile(path.join(folder, 'b.c'), 'int c;');
  assert.notEqual(await hashSources(folder, ['a.c', 'b.c']), before, 'a changed byte');
  await writeFile(path.join(folder, 'b.c'), 'int b;');
  assert.equal(await hashSources(folder, ['a.c', 'b.c']), before, 'written again, the same');
});

test('bytes that move from one file to the next, or into a name, change the source hash', async (t) => {
  const folder = await scratch(t);
  const hashOf = async (files: Record<string, string>): Promise<string> => {
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
    return hashSources(folder, Object.keys(files));
  };
  const hashes = [
    await hashOf({ x: 'ab', y: 'c' }),
    await hashOf({ x: 'a', y: 'bc' }),
    await hashOf({ xa: 'b', y: 'c' }),
    await hashOf({ x: 'abc', y: '' }),
  ];
  assert.equal(new Set(hashes).size, hashes.length);
});

test('a known file set has the hash that its definition gives', async (t) => {
  const folder = await scratch(t);
  await writeFile(path.join(folder, 'a'), 'b');
  // printf '\1\0\0\0\0\0\0\0a\1\0\0\0\0\0\0\0b' | sha256sum
  assert.equal(
    await hashSources(folder, ['a']),
    'cf6ab613e3942391f88ed698557e1680f160bd10e88c6b668c50360c10930e2b',
  );
});

test('artefacts compare equal to themselves and every difference has its sentence', async (t) => {
  const folder = await scratch(t);
  await writeFile(path.join(folder, 'one.wasm'), 'one');
  await writeFile(path.join(folder, 'two.wasm'), 'two');
  const made = await describeArtefacts(folder, ['two.wasm', 'one.wasm']);
  assert.deepEqual(Object.keys(made), ['one.wasm', 'two.wasm']);
  assert.deepEqual(compareArtefacts(made, made), []);

  await writeFile(path.join(folder, 'two.wasm'), 'twO');
  const tampered = await describeArtefacts(folder, ['one.wasm', 'two.wasm']);
  assert.match(compareArtefacts(made, tampered).join(), /^two\.wasm differs: 3 bytes/);
  const missing = await describeArtefacts(folder, ['one.wasm']);
  assert.deepEqual(compareArtefacts(made, missing), ['two.wasm is missing']);
  assert.deepEqual(compareArtefacts(missing, made), ['two.wasm is not in the manifest']);
});

test('files are listed in one order and build outputs are left out', async (t) => {
  const folder = await scratch(t);
  for (const inner of ['b', 'a', 'target', 'node_modules']) await mkdir(path.join(folder, inner));
  for (const name of ['b/1', 'a/2', 'a/10', 'B', 'target/x', 'node_modules/x']) {
    await writeFile(path.join(folder, name), '');
  }
  assert.deepEqual(await listFiles(folder, () => true), ['B', 'a/10', 'a/2', 'b/1']);
  assert.deepEqual(await listFiles(folder, (name) => name.startsWith('a/')), ['a/10', 'a/2']);
});

async function scratch(t: { after(clean: () => Promise<void>): void }): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'manifest-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
