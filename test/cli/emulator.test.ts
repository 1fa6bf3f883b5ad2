/** `run --engine emulator`: the image on the emulated chip, from the command line. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cli } from '../support/cli.js';

const SAMPLE = fileURLToPath(new URL('../../models/home-commands', import.meta.url));

interface EmulatedJson {
  readonly promptIds: number[];
  readonly ids: number[];
  readonly text: string;
  readonly logits: number[];
  readonly tokensPerSecond: number;
  readonly engine: string;
  readonly board: {
    readonly name: string;
    readonly modelled: boolean;
    readonly reason: string;
    readonly promptTokens: number;
    readonly prefillSeconds: number;
    readonly decodeSeconds: number;
    readonly facts: Record<string, string>;
    readonly instructions: number;
    readonly warnings: string[];
    readonly statistics: Record<string, number>;
  };
}

describe('running an image on the emulated chip', () => {
  let folder: string;
  let image: string;
  const asked = ['--prompt', 'turn on the lamp in the kitchen', '--temperature', '0'];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cli-emulator-'));
    image = join(folder, 'home.bin');
    const { code, stderr } = await cli('convert', SAMPLE, '-o', image, '--no-report');
    assert.equal(code, 0, stderr);
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('gives the twin’s answer with modelled times as JSON', async () => {
    const json = ['--json', '--logits', ...asked];
    const emulated = await cli('run', image, '--engine', 'emulator', '--timing', ...json);
    assert.equal(emulated.code, 0, emulated.stderr);
    const result = JSON.parse(emulated.stdout) as EmulatedJson;
    const twin = JSON.parse((await cli('run', image, ...json)).stdout) as EmulatedJson;
    assert.equal(result.engine, 'emulator');
    for (const name of ['promptIds', 'ids', 'text', 'logits'] as const)
      assert.deepEqual(result[name], twin[name], name);
    const { board } = result;
    assert.equal(board.modelled, true);
    assert.equal(board.reason, 'eos');
    assert.equal(board.promptTokens, result.promptIds.length);
    assert.deepEqual(board.warnings, []);
    assert.equal(board.facts['psram_mode'], 'octal 80 MHz');
    assert.equal(board.facts['kernels'], 'pie');
    assert.ok(board.prefillSeconds > 0 && board.instructions > 1e6);
    // The first token comes out of the prompt's last pass: drawing it is all that it adds to the time.
    const passes = result.tokensPerSecond * board.decodeSeconds;
    assert.ok(passes >= result.ids.length - 1 && passes < result.ids.length - 0.9, `${passes} passes`);
    assert.ok((board.statistics['dataMissesPsram'] ?? 0) > 1000);
  });

  it('writes the text, and the board’s own words when they are asked for', async () => {
    const logged = await cli('run', image, '--engine', 'emulator', '--boot-log', ...asked);
    assert.equal(logged.code, 0, logged.stderr);
    assert.match(logged.stderr, /ESP-ROM:esp32s3/);
    const { code, stdout, stderr } = await cli('run', image, '--engine', 'emulator', ...asked);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /"dev":"lamp"/);
    assert.doesNotMatch(stderr, /ESP-ROM/);
    assert.match(stderr, /tokens on an emulated ESP32-S3 N16R8/);
    assert.match(stderr, /cycles not modelled \(--timing\)/);
  });

  it('says why an image does not start, with a report', async () => {
    const bytes = await readFile(image);
    bytes[0x9100] = (bytes[0x9100] as number) ^ 1;
    const broken = join(folder, 'broken.bin');
    await writeFile(broken, bytes);
    const { code, stderr } = await cli('run', broken, '--engine', 'emulator', ...asked);
    assert.equal(code, 1);
    assert.match(stderr, /checksum/);
    assert.doesNotMatch(stderr, /fault of the program/);
  });

  it('says what the board lacks', async () => {
    const argv = ['run', image, '--engine', 'emulator', '--board', 'esp32-s3-n8', ...asked];
    const { code, stderr } = await cli(...argv);
    assert.equal(code, 1);
    assert.match(stderr, /The board has no model: The model needs \d+ KB, and the board has 0 KB of PSRAM/);
  });
});
