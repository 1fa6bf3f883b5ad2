/** When a fresh clone, or one whose lock file moved on, installs its packages. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { dependenciesAreCurrent, ensureDependencies } from '../../scripts/lib/dependencies.mjs';

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

test('two commands at once install once, and a lock left by a dead one is taken over', async (t) => {
  const root = await mkdtemp(path.join(os.tmpdir(), 'dependencies-test-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  await writeFile(path.join(root, 'package-lock.json'), '{}');
  let installs = 0;
  let running = 0;
  const install = async (): Promise<void> => {
    installs += 1;
    running += 1;
    assert.equal(running, 1, 'never two at once');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await mkdir(path.join(root, 'node_modules'), { recursive: true });
    await writeFile(path.join(root, 'node_modules/.package-lock.json'), '{}');
    running -= 1;
  };
  await Promise.all([ensureDependencies(root, install), ensureDependencies(root, install)]);
  assert.equal(installs, 1);
  assert.equal(existsSync(path.join(root, '.npm-ci.lock')), false);

  await rm(path.join(root, 'node_modules'), { recursive: true });
  const lock = path.join(root, '.npm-ci.lock');
  await mkdir(lock);
  await utimes(lock, 1000, 1000);
  await ensureDependencies(root, install);
  assert.equal(installs, 2);

  await rm(path.join(root, 'node_modules'), { recursive: true });
  await assert.rejects(
    ensureDependencies(root, async () => {
      throw new Error('no network');
    }),
    /no network/,
  );
  assert.equal(existsSync(lock), false, 'a failed install leaves no lock');
});

test('they are installed in earnest, also for a command of npm that only shows what it would do', async (t) => {
  const root = await mkdtemp(path.join(os.tmpdir(), 'dependencies-test-'));
  const { npm_execpath: npm, npm_config_dry_run: dry } = process.env;
  t.after(async () => {
    // What was not there is taken away again: an undefined one would become a word.
    for (const [name, value] of Object.entries({ npm_execpath: npm, npm_config_dry_run: dry })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    await rm(root, { recursive: true, force: true });
  });
  await writeFile(path.join(root, 'package-lock.json'), '{}');
  const asked = path.join(root, 'asked.json');
  const fake = path.join(root, 'npm.js');
  const program = `require('node:fs').writeFileSync(${JSON.stringify(asked)}, JSON.stringify(process.argv.slice(2)))`;
  await writeFile(fake, program);
  // As `npm pack --dry-run` hands it to the scripts that it runs, and they to an npm of their own.
  process.env.npm_execpath = fake;
  process.env.npm_config_dry_run = 'true';
  await ensureDependencies(root);
  const args = JSON.parse(await readFile(asked, 'utf8')) as string[];
  assert.equal(args[0], 'ci');
  assert.ok(args.includes('--dry-run=false'), args.join(' '));
});
