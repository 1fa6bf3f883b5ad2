import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { main } from '../../src/cli/commands.js';

const SAMPLE = fileURLToPath(new URL('../../models/home-commands', import.meta.url));
const PROMPT = ['--prompt', 'turn on the lamp in the kitchen'];

async function cli(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const text = { stdout: '', stderr: '' };
  const code = await main(argv, {
    stdout: { write: (piece) => (text.stdout += piece) },
    stderr: { write: (piece) => (text.stderr += piece) },
    signal: new AbortController().signal,
  });
  return { code, ...text };
}

interface Ran {
  readonly promptIds: number[];
  readonly ids: number[];
  readonly text: string;
  readonly logits: number[];
  readonly tokensPerSecond: number;
  readonly engine: string;
  readonly board: {
    readonly name: string;
    readonly modelled: boolean;
    readonly facts: Record<string, string>;
  };
}

/** Whether PyPI's esptool is on this machine. */
function hasEsptool(): boolean {
  try {
    execFileSync('esptool', ['version'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

describe('an image on the emulated board, from the command line', () => {
  let folder: string;
  let image: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cli-emulator-'));
    image = join(folder, 'sample.bin');
    const { code, stderr } = await cli('convert', SAMPLE, '-o', image, '--no-report');
    assert.equal(code, 0, stderr);
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('says the same as the twin, with the board’s speed', async () => {
    const options = [...PROMPT, '--temperature', '0', '--json', '--logits'];
    const twin = JSON.parse((await cli('run', image, ...options)).stdout) as Ran;
    const outcome = await cli('run', image, '--engine', 'emulator', '--timing', ...options);
    assert.equal(outcome.code, 0, outcome.stderr);
    const ran = JSON.parse(outcome.stdout) as Ran;
    assert.deepEqual(ran.ids, twin.ids);
    assert.deepEqual(ran.promptIds, twin.promptIds);
    assert.deepEqual(ran.logits, twin.logits);
    assert.equal(ran.text, twin.text);
    assert.equal(ran.engine, 'emulator');
    assert.ok(ran.board.modelled && ran.tokensPerSecond > 50 && ran.tokensPerSecond < 120);
    assert.match(ran.board.name, /N16R8/);
    assert.equal(ran.board.facts['kernels'], 'pie');
  });

  it('prints the boot log, the text and a summary for people', async () => {
    const { code, stdout, stderr } = await cli('run', image, '--engine', 'emulator', ...PROMPT);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /lamp/);
    assert.match(stderr, /ESP-ROM:esp32s3[\s\S]*model is ready[\s\S]*tokens on an emulated ESP32-S3 N16R8/);
  });

  it('refuses what the board refuses, and an image without a sound model', async () => {
    const tooMany = ['--ids', Array.from({ length: 300 }, () => 5).join(',')];
    const long = await cli('run', image, '--engine', 'emulator', ...tooMany);
    assert.equal(long.code, 2, long.stderr);

    const bytes = await readFile(image);
    bytes[bytes.length - 10] = (bytes[bytes.length - 10] as number) ^ 1;
    const damaged = join(folder, 'damaged.bin');
    await writeFile(damaged, bytes);
    const outcome = await cli('run', damaged, '--engine', 'emulator', ...PROMPT);
    assert.equal(outcome.code, 1);
    assert.match(outcome.stderr, /The board has no model/);

    const small = await cli('run', image, '--engine', 'twin', '--timing', ...PROMPT);
    assert.equal(small.code, 2);
    assert.match(small.stderr, /--engine emulator/);
  });

  it('is an image to esptool, too', { skip: hasEsptool() ? false : 'esptool is not installed' }, () => {
    const info = execFileSync('esptool', ['image-info', image], { encoding: 'utf8' });
    assert.match(info, /Checksum: 0x[0-9a-f]+ \(valid\)/);
    assert.match(info, /Validation hash: [0-9a-f]+ \(valid\)/);
  });
});
