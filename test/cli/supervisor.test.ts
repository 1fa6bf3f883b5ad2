/** The process's first thread hears signals whatever the other computes. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A program whose thread computes without end and without listening, after it has begun a file. */
const ENDLESS = `
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { writeFileSync } from 'node:fs';
import { supervise } from ${JSON.stringify(new URL('../../src/cli/supervisor.ts', import.meta.url).href)};
if (isMainThread) supervise(new URL(import.meta.url), 'endless');
else {
  const path = process.argv[2];
  parentPort.postMessage({ type: 'unfinished', path });
  writeFileSync(path, 'half');
  parentPort.postMessage({ type: 'write', stream: 'stdout', text: 'begun' });
  // A loop without end in WebAssembly, where the engines compute.
  const module = new WebAssembly.Module(Uint8Array.from(
    [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 9, 1, 7, 0, 3, 64, 12, 0, 11, 11],
  ));
  new WebAssembly.Instance(module).exports.f();
}
`;

async function endless(signals: readonly NodeJS.Signals[]): Promise<{
  readonly code: number | null;
  readonly milliseconds: number;
  readonly isLeft: boolean;
  readonly told: string;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'cli-endless-'));
  const program = join(folder, 'endless.mjs');
  const path = join(folder, 'x.part');
  await writeFile(program, ENDLESS);
  const child = spawn(
    process.execPath,
    ['--import', './scripts/lib/ts-register.mjs', pathToFileURL(program).href.slice('file://'.length), path],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  try {
    let told = '';
    child.stderr.on('data', (piece: Buffer) => (told += piece.toString()));
    await once(child.stdout, 'data');
    const begun = performance.now();
    for (const signal of signals) {
      child.kill(signal);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    const [code] = child.exitCode === null ? ((await once(child, 'exit')) as [number]) : [child.exitCode];
    return { code, milliseconds: performance.now() - begun, isLeft: existsSync(path), told };
  } finally {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
}

describe('a thread that does not listen', { skip: process.platform === 'win32' }, () => {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    it(`is ended by ${signal} after a grace, and what it began is removed`, async () => {
      const { milliseconds, ...left } = await endless([signal]);
      assert.deepEqual(left, { code, isLeft: false, told: 'Cancelled.\n' });
      assert.ok(milliseconds < 8000, `${milliseconds} ms`);
    });
  }

  it('is ended at once by a second signal', async () => {
    const { milliseconds, code, isLeft } = await endless(['SIGINT', 'SIGINT']);
    assert.deepEqual([code, isLeft], [130, false]);
    assert.ok(milliseconds < 1900, `${milliseconds} ms`);
  });
});
