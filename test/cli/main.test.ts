import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../', import.meta.url);

function start(...argv: string[]): ReturnType<typeof spawn> {
  return spawn(process.execPath, ['--import', './scripts/lib/ts-register.mjs', 'src/cli/main.ts', ...argv], {
    cwd: fileURLToPath(ROOT),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

describe('the process of the command line', { skip: process.platform === 'win32' }, () => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    it(`leaves no file behind after ${signal}`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'cli-signal-'));
      const model = 'models/home-commands';
      const child = start(
        ...['convert', model, '-o', join(folder, 'x.s3lm'), '--html', join(folder, 'x.html')],
        ...['--evaluate', join(model, 'samples.txt')],
      );
      try {
        let told = '';
        child.stderr?.on('data', (piece: Buffer) => {
          told += piece.toString();
          // The package is begun by then, and the comparison takes seconds.
          if (told.includes('Comparing') && !child.killed) child.kill(signal);
        });
        assert.deepEqual(await once(child, 'exit'), [code, null], told);
        assert.deepEqual(await readdir(folder), [], told);
      } finally {
        child.kill('SIGKILL');
        await rm(folder, { recursive: true, force: true });
      }
    });
  }

  it('ends quietly when nobody reads on', async () => {
    const child = start(
      'run',
      'models/home-commands',
      '--raw',
      '--prompt',
      'a',
      '--tokens',
      '200',
      '--slide',
    );
    child.stdout?.once('data', () => child.stdout?.destroy());
    let told = '';
    child.stderr?.on('data', (piece: Buffer) => (told += piece.toString()));
    const [code] = (await once(child, 'exit')) as [number | null];
    assert.doesNotMatch(told, /EPIPE|at .*\.(js|ts):/);
    assert.ok(code === 0 || code === 141, `${code}: ${told}`);
  });
});
