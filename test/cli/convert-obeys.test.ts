/** `convert --wire` and `--grammar`: what the package then has, and what is refused before anything is converted. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cli } from '../support/cli.js';

const SAMPLE = fileURLToPath(new URL('../../models/home-commands', import.meta.url));
const GRAMMAR = join(SAMPLE, 'grammar.gbnf');

describe('convert', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'obeys-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function wiring(pin: number): Promise<string> {
    const file = join(folder, `pin-${pin}.json`);
    const outputs = [{ name: 'kitchen lamp', pin, part: 'lamp', place: 'kitchen' }];
    await writeFile(file, JSON.stringify({ version: 1, outputs }));
    return file;
  }

  it('puts actions and a grammar into the package, which runs under it', async () => {
    const out = join(folder, 'obeys.s3lm');
    const args = ['convert', SAMPLE, '-o', out, '--no-report', '--context', '64'];
    const made = await cli(...args, '--wire', await wiring(5), '--grammar', GRAMMAR);
    assert.equal(made.code, 0, made.stderr);
    const bytes = await readFile(out);
    const kinds = Array.from({ length: bytes.readUInt32LE(12) }, (_, index) =>
      bytes.toString('latin1', 64 + 32 * index, 68 + 32 * index),
    );
    assert.ok(kinds.includes('ACTN') && kinds.includes('GRAM'), kinds.join(' '));
    const run = await cli(
      'run',
      out,
      '--prompt',
      'banana }{ 12',
      '--temperature',
      '4',
      '--seed',
      '5',
      '--json',
    );
    assert.equal(run.code, 0, run.stderr);
    const { text } = JSON.parse(run.stdout) as { text: string };
    assert.match(text, /^(\{"do":"[^{}]*\}|[A-Z][A-Za-z0-9 .,;:?!'-]+)$/);
    const looked = await cli('inspect', out);
    assert.equal(looked.code, 0, looked.stderr);
  });

  it('refuses pins that are not free, and grammars with mistakes', async () => {
    const out = join(folder, 'never.s3lm');
    const taken = await cli('convert', SAMPLE, '-o', out, '--wire', await wiring(19));
    assert.equal(taken.code, 1);
    assert.match(taken.stderr, /GPIO 19 is a data line of USB/);
    const broken = join(folder, 'broken.gbnf');
    await writeFile(broken, 'root ::= "(" root ")"');
    const refused = await cli('convert', SAMPLE, '-o', out, '--grammar', broken);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /contains itself elsewhere than at its end/);
    const absent = await cli('convert', SAMPLE, '-o', out, '--wire', join(folder, 'absent.json'));
    assert.notEqual(absent.code, 0);
  });
});
