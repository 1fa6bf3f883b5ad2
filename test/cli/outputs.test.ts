/** Files that a command writes: whole or not at all, never through a link, and nothing unfinished stays. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cp,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readFile,
  readdir,
  readlink,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { after, before, describe, it, mock } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FileSink } from '../../src/cli/file-sink.js';
import { KitFolder } from '../../src/cli/kit-folder.js';
import { isUnfinished, unfinishedName } from '../../src/cli/unfinished.js';
import type { KitFile } from '../../src/kit/kit.js';
import { TransportError } from '../../src/shared/errors.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const RANDOM = '0123456789abcdef';
const never = new AbortController().signal;
const skip = process.platform === 'win32';

let root: string;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'cli-outputs-'));
});

after(() => rm(root, { recursive: true, force: true }));

let folders = 0;

async function folder(): Promise<string> {
  const path = join(root, String(folders++));
  await mkdir(path);
  return path;
}

/** Number of a process that has ended. */
function ended(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

async function put(sink: FileSink, text: string): Promise<void> {
  await sink.begin(0);
  await sink.append(new TextEncoder().encode(text));
}

describe('a file', { skip }, () => {
  it('has another name every time while it is made, and nobody else’s content', async () => {
    assert.notEqual(unfinishedName('x.bin'), unfinishedName('x.bin'));
    const names = new Set<string>();
    for (let round = 0; round < 2; round++) {
      const into = await folder();
      const sink = new FileSink(join(into, 'x.bin'));
      await put(sink, 'new');
      const [name] = await readdir(into);
      assert.ok(name !== undefined && isUnfinished(name, 'x.bin'), name);
      names.add(name);
      await sink.close();
      assert.deepEqual(await readdir(into), ['x.bin']);
      assert.equal(await readFile(join(into, 'x.bin'), 'utf8'), 'new');
    }
    assert.equal(names.size, 2);
    const long = `${'ä'.repeat(120)}.bin`;
    assert.ok(Buffer.byteLength(unfinishedName(long)) <= 255);
    assert.ok(isUnfinished(unfinishedName(long), long) && !isUnfinished(unfinishedName(long), 'x.bin'));
  });

  it('is on the disk before it has its name, and its name is, too', async () => {
    const into = await folder();
    const probe = await open(into, 'r');
    const prototype = Object.getPrototypeOf(probe) as { sync: (this: unknown) => Promise<void> };
    await probe.close();
    const there: string[][] = [];
    const real = prototype.sync;
    const syncs = mock.method(prototype, 'sync', async function (this: unknown) {
      there.push((await readdir(into)).filter((name) => name === 'x.bin'));
      return real.call(this);
    });
    const sink = new FileSink(join(into, 'x.bin'));
    await put(sink, 'new');
    await sink.close();
    syncs.mock.restore();
    assert.deepEqual(there, [[], ['x.bin']]);
  });

  it('takes away what others left that are gone, and nothing else', async () => {
    const into = await folder();
    const part = (host: string, pid: number): string => `x.bin.${host}-${pid}-${RANDOM}.part`;
    const gone = [part(HOST, ended()), part('00000000', 7)];
    const old = new Date(Date.now() - 8 * 24 * 3600 * 1000);
    const others = [
      part(HOST, process.ppid),
      part('00000000', 8),
      'x.bin.1.part',
      'y.bin.part',
      `x.bin.${RANDOM}.part`,
    ];
    for (const name of [...gone, ...others]) await writeFile(join(into, name), '');
    await utimes(join(into, part('00000000', 7)), old, old);
    const secret = join(root, 'secret');
    await writeFile(secret, 'mine');
    const link = part(HOST, ended());
    await symlink(secret, join(into, link));
    const sink = new FileSink(join(into, 'x.bin'));
    await sink.open();
    await sink.discard();
    assert.deepEqual((await readdir(into)).sort(), [...others, link].sort());
    assert.equal(await readFile(secret, 'utf8'), 'mine');
  });

  it('leaves those alone that this process is making', async () => {
    const into = await folder();
    const first = new FileSink(join(into, 'x.bin'));
    await put(first, 'first');
    const second = new FileSink(join(into, 'x.bin'));
    await put(second, 'second');
    await first.close();
    await second.close();
    assert.equal(await readFile(join(into, 'x.bin'), 'utf8'), 'second');
  });

  it('follows a link that a person names, and replaces one under a name of ours', async () => {
    const into = await folder();
    const target = join(into, 'target');
    for (const [replaceLink, told] of [
      [false, 'new'],
      [true, 'old'],
    ] as const) {
      await writeFile(target, 'old');
      const link = join(into, `link-${replaceLink}`);
      await symlink(target, link);
      const sink = new FileSink(link, { replaceLink });
      await put(sink, 'new');
      await sink.close();
      assert.equal(await readFile(target, 'utf8'), told);
      assert.equal((await lstat(link)).isSymbolicLink(), !replaceLink);
      assert.equal(await readFile(link, 'utf8'), 'new');
    }
  });
});

function kitFile(path: string, text: string): KitFile {
  const bytes = new TextEncoder().encode(text);
  return { path, size: bytes.length, pieces: () => [bytes] };
}

function kit(text: string, ...more: string[]): KitFile[] {
  const paths = ['index.html', 'kit.js', ...more];
  const preset = JSON.stringify({ files: [...paths, 'preset.json'] });
  return [...paths.map((path) => kitFile(path, text)), kitFile('preset.json', preset)];
}

/** All files of a folder with what is in them; links as such. */
async function contents(path: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(path, { withFileTypes: true, recursive: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isSymbolicLink()) found[file.slice(path.length + 1)] = `-> ${await readlink(file)}`;
    else if (entry.isFile()) found[file.slice(path.length + 1)] = await readFile(file, 'utf8');
  }
  return found;
}

async function writeKit(output: string, files: readonly KitFile[], signal = never): Promise<void> {
  const kitFolder = await KitFolder.create(output);
  try {
    await kitFolder.write(files, signal);
  } catch (error) {
    await kitFolder.discard();
    throw error;
  }
}

describe('a kit', { skip }, () => {
  it('replaces an earlier one, and takes away what that had besides', async () => {
    const output = join(await folder(), 'new/kit');
    await writeKit(output, kit('first', 'model/one/a', 'image/one.bin'));
    await writeFile(join(output, 'model/notes.txt'), 'of the class');
    await writeKit(output, kit('second', 'model/two/a', 'image/two.bin'));
    const found = await contents(output);
    assert.deepEqual(Object.keys(found).sort(), [
      'image/two.bin',
      'index.html',
      'kit.js',
      'model/notes.txt',
      'model/two/a',
      'preset.json',
    ]);
    assert.equal(found['index.html'], 'second');
  });

  it('replaces links in an earlier one, and follows none', async () => {
    const outside = await folder();
    for (const name of ['file', 'preset.json']) await writeFile(join(outside, name), 'outside');
    await mkdir(join(outside, 'model'));
    await writeFile(join(outside, 'model/keep'), 'outside');
    const before = await contents(outside);
    const output = await folder();
    await writeFile(join(output, 'kit.js'), '');
    await symlink(join(outside, 'file'), join(output, 'index.html'));
    await symlink(join(outside, 'model'), join(output, 'model'));
    await symlink(join(outside, 'preset.json'), join(output, 'preset.json'));
    await symlink(join(outside, 'nothing'), join(output, 'image'));
    await writeKit(output, kit('new', 'model/tiny/a', 'image/tiny.bin'));
    assert.deepEqual(await contents(outside), before);
    const found = await contents(output);
    assert.ok(
      Object.values(found).every((text) => !text.startsWith('->')),
      JSON.stringify(found),
    );
    assert.equal(found['model/tiny/a'], 'new');
  });

  it('does not wait for a pipe in place of a list', { timeout: 10_000 }, async () => {
    const output = await folder();
    await writeFile(join(output, 'kit.js'), '');
    assert.equal(spawnSync('mkfifo', [join(output, 'preset.json')]).status, 0);
    await writeKit(output, kit('new'));
    assert.ok((await lstat(join(output, 'preset.json'))).isFile());
  });

  it('leaves an earlier one as it was when the disk is full, and none where none was', async () => {
    const full: KitFile = {
      path: 'image/x.bin',
      size: 1,
      pieces: () => {
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      },
    };
    const output = join(await folder(), 'a/kit');
    await assert.rejects(writeKit(output, [...kit('new'), full]));
    await assert.rejects(stat(join(output, '..')), 'nothing was there');
    await writeKit(output, kit('old', 'model/x'));
    const before = await contents(output);
    await assert.rejects(writeKit(output, [...kit('new', 'model/y'), full]));
    assert.deepEqual(await contents(output), before);
  });

  it('is not begun where a folder is in the way of a file, or a file of a folder', async () => {
    const output = await folder();
    await writeKit(output, kit('old'));
    await mkdir(join(output, 'model/x'), { recursive: true });
    await writeFile(join(output, 'image'), 'mine');
    const before = await contents(output);
    for (const path of ['model/x', 'image/y'])
      await assert.rejects(
        writeKit(output, kit('new', path)),
        (error) => error instanceof TransportError && /Remove it\.$/.test(error.message),
      );
    assert.deepEqual(await contents(output), before);
  });

  it('is stopped between two files', async () => {
    const output = await folder();
    await writeKit(output, kit('old'));
    const controller = new AbortController();
    const stopping: KitFile = {
      path: 'a',
      size: 1,
      pieces: () => {
        controller.abort();
        return [new Uint8Array(1)];
      },
    };
    await assert.rejects(writeKit(output, [stopping, ...kit('new')], controller.signal), {
      name: 'AbortError',
    });
    assert.equal((await contents(output))['index.html'], 'old');
    assert.deepEqual(
      (await readdir(output)).filter((name) => name.startsWith('.')),
      [],
    );
  });
});

describe('on a disk without room', { skip }, () => {
  const model = join(ROOT, 'models/home-commands');

  /** A file of more than 64 KiB cannot be written: what `ulimit -f` counts in blocks of 1024 bytes in bash. */
  function withoutRoom(...argv: string[]): { status: number | null; stderr: string } {
    const command = [
      '--no-warnings',
      '--import',
      './scripts/lib/ts-register.mjs',
      'src/cli/main.ts',
      ...argv,
    ];
    return spawnSync(
      'bash',
      ['-c', 'ulimit -f 64; trap "" XFSZ; exec "$0" "$@"', process.execPath, ...command],
      {
        cwd: ROOT,
        encoding: 'utf8',
      },
    );
  }

  it('neither image nor parts nor report come to be, and what was there stays', async () => {
    const into = await folder();
    await writeFile(join(into, 'x.html'), 'old');
    const outputs = ['-o', join(into, 'x.bin'), '--parts', join(into, 'parts')];
    const { status, stderr } = withoutRoom('convert', model, ...outputs, '--no-report');
    assert.equal(status, 1, stderr);
    assert.match(stderr, /^Error: Cannot write .*EFBIG.*free space/m);
    assert.deepEqual(await contents(into), { 'x.html': 'old' });
    assert.deepEqual(await readdir(into), ['x.html']);
  });
});

describe('a command that is ended', { skip }, () => {
  it('at once, by a second signal, leaves nothing unfinished either', async () => {
    const into = await folder();
    const model = join(into, 'model');
    await cp(join(ROOT, 'models/home-commands'), model, { recursive: true });
    const out = join(into, 'out');
    await mkdir(out);
    const argv = ['convert', model, '-o', join(out, 'x.s3lm'), '--evaluate', join(model, 'samples.txt')];
    const child = spawn(
      process.execPath,
      ['--import', './scripts/lib/ts-register.mjs', 'src/cli/main.ts', ...argv],
      {
        cwd: ROOT,
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    let told = '';
    child.stderr.on('data', (piece: Buffer) => {
      told += piece.toString();
      if (told.includes('Comparing') && !child.killed) {
        child.kill('SIGINT');
        child.kill('SIGTERM');
      }
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    assert.ok(code === 130 || code === 143, `${code}: ${told}`);
    assert.deepEqual(await readdir(out), [], told);
  });

  it('by what no process hears leaves a file that the next command takes away', async () => {
    const out = await folder();
    const child = spawn(
      process.execPath,
      [
        ...[
          '--import',
          './scripts/lib/ts-register.mjs',
          'src/cli/main.ts',
          'convert',
          'models/home-commands',
        ],
        ...['-o', join(out, 'x.s3lm'), '--evaluate', 'models/home-commands/samples.txt'],
      ],
      { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let told = '';
    child.stderr.on('data', (piece: Buffer) => {
      told += piece.toString();
      if (told.includes('Comparing') && !child.killed) child.kill('SIGKILL');
    });
    await once(child, 'exit');
    assert.equal((await readdir(out)).length, 1, told);
    const sink = new FileSink(join(out, 'x.s3lm'));
    await put(sink, 'next');
    await sink.close();
    assert.deepEqual(await readdir(out), ['x.s3lm']);
  });
});
