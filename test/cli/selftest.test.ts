/** `selftest` writes an image that the mask ROM boots and that passes on the emulated board. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DEFAULT_CHIP } from '../../src/chips/index.js';
import { parseCommandLine } from '../../src/cli/arguments.js';
import { makeEmulatorCore } from '../../src/device/emulator-core.js';
import { SelftestReader, type SelftestReport } from '../../src/device/selftest-report.js';
import { cli } from '../support/cli.js';
import { loadEmulator } from '../../src/cli/runtime-files.js';

/** Seconds of the board. */
const PATIENCE = 20;

describe('selftest', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'selftest-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('is asked for with the image to write, and nothing else', () => {
    assert.deepEqual(parseCommandLine(['selftest', '-o', 'x.bin']), { command: 'selftest', output: 'x.bin' });
    for (const argv of [[], ['-o', 'x.s3lm'], ['model', '-o', 'x.bin'], ['-o', 'x.bin', '--board', 'y']])
      assert.throws(() => parseCommandLine(['selftest', ...argv]), /^UsageError/);
  });

  it('writes an image that is sound and passes on the emulated board', async () => {
    const file = join(folder, 'selftest.bin');
    const { code, stdout, stderr } = await cli('selftest', '-o', file);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /offset 0/);
    assert.deepEqual(await readdir(folder), ['selftest.bin']);
    assert.equal((await cli('inspect', file)).code, 0);

    const image = new Uint8Array(await readFile(file));
    assert.ok(image.length < 512 * 1024, `${image.length} bytes`);
    const report = await runOnBoard(image);
    assert.ok(report.results.length > 15);
    assert.deepEqual(
      report.results.filter(({ verdict }) => verdict !== 'ok'),
      [],
    );
  });

  it('names the folder that cannot be written into', async () => {
    const { code, stderr } = await cli('selftest', '-o', join(folder, 'missing', 'selftest.bin'));
    assert.equal(code, 1);
    assert.match(stderr, /missing/);
  });
});

async function runOnBoard(image: Uint8Array): Promise<SelftestReport> {
  const board = { flashBytes: 16 << 20, psramKind: 'octal', psramBytes: 8 << 20 } as const;
  const core = await makeEmulatorCore(await loadEmulator(DEFAULT_CHIP), image, {
    board,
    timing: true,
    speed: 'flat',
  });
  const reader = new SelftestReader();
  while (core.seconds < PATIENCE) {
    const fault = core.run(0.02);
    assert.equal(fault, null);
    const report = reader.push(core.read());
    if (report !== null) return report;
  }
  throw new Error('no report');
}
