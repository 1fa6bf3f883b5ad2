/** The proof of the prebuilt files: what counts as proven before, and that anything else is rebuilt. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { changedSince, provenCommit } from '../../scripts/lib/proven.mjs';
import { hasToolchain, toolchainVersions } from '../../scripts/lib/toolchain.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** As nobody in particular, and by nobody's settings. */
const ENV = {
  ...process.env,
  GIT_CONFIG_GLOBAL: os.devNull,
  GIT_CONFIG_NOSYSTEM: '1',
  ...Object.fromEntries(['AUTHOR', 'COMMITTER'].map((who) => [`GIT_${who}_NAME`, 'a'])),
  ...Object.fromEntries(['AUTHOR', 'COMMITTER'].map((who) => [`GIT_${who}_EMAIL`, 'a@b.example'])),
};

function git(root: string, ...args: string[]): string {
  return execFileSync('git', args, {
    cwd: root,
    env: ENV,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}

async function scratch(t: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'proven-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function commit(root: string, files: Record<string, string>): Promise<string> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  }
  git(root, 'add', '-A');
  git(root, 'commit', '-q', '--allow-empty', '-m', 'change');
  return git(root, 'rev-parse', 'HEAD');
}

/** A main line of two commits, and a clone of it. */
async function cloned(
  t: TestContext,
): Promise<{ main: string; clone: string; first: string; second: string }> {
  const folder = await scratch(t);
  const main = path.join(folder, 'main');
  await mkdir(main);
  git(main, 'init', '-q', '-b', 'main');
  const first = await commit(main, {
    'prebuilt/x.wasm': 'x',
    'prebuilt/manifest.json': '{}',
    'other/y': 'y',
  });
  const second = await commit(main, { 'other/y': 'z' });
  const clone = path.join(folder, 'clone');
  git(folder, 'clone', '-q', main, clone);
  return { main, clone, first, second };
}

test('a line of its own is compared with where it left the main line', async (t) => {
  const { main, clone, second } = await cloned(t);
  await commit(clone, { 'prebuilt/x.wasm': 'tampered' });
  assert.deepEqual(await provenCommit(clone), { commit: second, name: 'the main line' });
  // The main line may have gone on.
  await commit(main, { 'other/y': 'later' });
  git(clone, 'fetch', '-q');
  assert.deepEqual(await provenCommit(clone), { commit: second, name: 'the main line' });
});

test('the main line itself is proven by a release before it, and by no tag on it', async (t) => {
  const { main, clone, first } = await cloned(t);
  assert.equal(await provenCommit(clone), null, 'a fresh clone of the main line');
  assert.equal(await provenCommit(main), null, 'where there is no remote');
  git(clone, 'tag', '-a', 'v1.0.0', '-m', 'x', 'HEAD');
  git(clone, 'tag', 'experiment', first);
  assert.equal(await provenCommit(clone), null, 'the release itself is to be proven');
  git(clone, 'tag', '-a', 'v0.9.0', '-m', 'x', first);
  assert.deepEqual(await provenCommit(clone), { commit: first, name: 'v0.9.0' });
});

test('without a history nothing is proven', async (t) => {
  const folder = await scratch(t);
  assert.equal(await provenCommit(folder), null);
  const { main, clone } = await cloned(t);
  git(clone, 'tag', 'v0.1.0', 'HEAD^');
  git(main, 'tag', 'v0.1.0', 'HEAD^');
  const shallow = path.join(folder, 'shallow');
  git(folder, 'clone', '-q', '--depth', '1', `file://${main}`, shallow);
  assert.equal(await provenCommit(shallow), null);
});

const inPrebuilt = (name: string): boolean => path.posix.dirname(name) === 'prebuilt';

test('every change of a file is seen, committed or not, whatever git is told of it', async (t) => {
  const { clone, first } = await cloned(t);
  const names = ['prebuilt/manifest.json', 'prebuilt/x.wasm'];
  const changed = (present = names): Promise<string[]> => changedSince(clone, first, inPrebuilt, present);
  assert.deepEqual(await changed(), []);
  await chmod(path.join(clone, 'prebuilt/x.wasm'), 0o755);
  assert.deepEqual(await changed(), [], 'the same bytes');

  // Told to look away, git finds nothing.
  await writeFile(path.join(clone, '.gitattributes'), '*.wasm -text -diff\n');
  git(clone, 'update-index', '--assume-unchanged', 'prebuilt/x.wasm');
  await writeFile(path.join(clone, 'prebuilt/x.wasm'), 'y');
  assert.equal(git(clone, 'diff', '--name-only', first, '--', 'prebuilt'), '');
  assert.deepEqual(await changed(), ['prebuilt/x.wasm']);

  await rm(path.join(clone, 'prebuilt/x.wasm'));
  assert.deepEqual(await changed(['prebuilt/manifest.json']), ['prebuilt/x.wasm'], 'gone');
  await writeFile(path.join(clone, 'elsewhere'), 'x');
  await symlink('../elsewhere', path.join(clone, 'prebuilt/x.wasm'));
  assert.deepEqual(await changed(), ['prebuilt/x.wasm'], 'a link to the same bytes');
  assert.deepEqual(await changed([...names, 'prebuilt/new']), ['prebuilt/new', 'prebuilt/x.wasm'], 'new');
});

test('no source lies in a folder that the lists of sources leave out', () => {
  const tracked = spawnSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' });
  if (tracked.status !== 0) return;
  const built =
    /^(kernels|device-runtime|scripts)\/(.*\/)?(node_modules|dist|build|target|pkg|__pycache__|\.venv)\//;
  assert.deepEqual(
    tracked.stdout.split('\n').filter((name) => built.test(name)),
    [],
  );
});

/** Other compilers make other bytes, which says nothing. */
async function hasSameCompilers(): Promise<boolean> {
  if (!(await hasToolchain('twin'))) return false;
  const manifest = await readFile(path.join(ROOT, 'device-runtime/prebuilt/manifest.json'), 'utf8');
  const { toolchain } = JSON.parse(manifest) as { toolchain: Record<string, string> };
  return isDeepStrictEqual(await toolchainVersions('twin'), toolchain);
}

const skip =
  spawnSync('git', ['rev-parse', 'HEAD'], { cwd: ROOT }).status === 0 && (await hasSameCompilers())
    ? false
    : 'needs a git checkout, and the compilers that made the twin';

test(
  'a program changed together with its manifest is rebuilt and found',
  { skip, timeout: 600_000 },
  async (t) => {
    // Inside this tree, whose packages it finds.
    await mkdir(path.join(ROOT, 'build'), { recursive: true });
    const folder = await mkdtemp(path.join(ROOT, 'build/proven-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const clone = path.join(folder, 'clone');
    git(ROOT, 'clone', '-q', '--no-local', ROOT, clone);
    // What is checked is this tree, committed or not.
    for (const name of ['scripts', 'device-runtime']) {
      const filter = (source: string): boolean => !/\/(build|target|node_modules)(\/|$)/.test(source);
      await cp(path.join(ROOT, name), path.join(clone, name), { recursive: true, filter });
    }
    await mkdir(path.join(clone, 'node_modules'));
    await writeFile(path.join(clone, 'node_modules/.package-lock.json'), '{}');
    const check = (): { status: number | null; text: string } => {
      const args = ['scripts/build-native.mjs', '--check', '--only', 'twin'];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: clone, encoding: 'utf8' });
      return { status, text: stdout + stderr };
    };
    const good = check();
    assert.equal(good.status, 0, good.text);

    const prebuilt = path.join(clone, 'device-runtime/prebuilt');
    const wasm = path.join(prebuilt, 'twin.wasm');
    // One more custom section: it runs as before.
    const bytes = Buffer.concat([await readFile(wasm), Buffer.from([0, 3, 1, 0x78, 0x21])]);
    await writeFile(wasm, bytes);
    const manifest = JSON.parse(await readFile(path.join(prebuilt, 'manifest.json'), 'utf8')) as {
      artefacts: Record<string, { bytes: number; sha256: string }>;
    };
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    manifest.artefacts['twin.wasm'] = { bytes: bytes.length, sha256 };
    await writeFile(path.join(prebuilt, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    for (const when of ['in the working tree', 'on a line of its own', 'on the main line']) {
      if (when === 'on a line of its own') await commit(clone, {});
      if (when === 'on the main line') git(clone, 'update-ref', 'refs/remotes/origin/HEAD', 'HEAD');
      const bad = check();
      assert.equal(bad.status, 1, `${when}: ${bad.text}`);
      assert.match(bad.text, /twin\.wasm differs/, `${when}: ${bad.text}`);
    }
  },
);
