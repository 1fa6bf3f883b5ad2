/** When a fresh clone, or one whose lock file moved on, installs its packages. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { dependenciesAreCurrent } from '../../scripts/lib/dependencies.mjs';

test('packages are installed when they are missing or older than the lock file, and not otherwise', async (t) => {
  const root = await mkdtemp(path.join(os.tmpdir(), 'dependencies-test-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  const lock = path.join(root, 'package-lock.json');
  const mark = path.join(root, 'node_modules/.package-lock.json');
  await writeFile(lock, '{}');
  assert.equal(dependenciesAreCurrent(root), false, 'a fresh clone');

  await mkdir(path.join(root, 'node_modules'));
  assert.equal(dependenciesAreCurrent(root), false, 'an install that broke off');

  await writeFile(mark, '{}');
  await utimes(lock, 1000, 1000);
  await utimes(mark, 2000, 2000);
  assert.equal(dependenciesAreCurrent(root), true, 'installed after the lock file was written');

  await utimes(lock, 3000, 3000);
  assert.equal(dependenciesAreCurrent(root), false, 'the lock file moved on');
});
