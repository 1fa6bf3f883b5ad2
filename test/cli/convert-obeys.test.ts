/** `convert --wire` and `--grammar`: what the package then has, and what is refused before anything is converted. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createWork } from '../../src/worker/work.js';
import { cli } from '../support/cli.js';
import { testRuntime } from '../support/runtime.js';

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

  it('gives the very package that the page gives for the same wiring', async () => {
    const out = join(folder, 'same.s3lm');
    const file = await wiring(5);
    const args = [
      'convert',
      SAMPLE,
      '-o',
      out,
      '--no-report',
      '--context',
      '64',
      '--board',
      'devkitc-1-n8r8',
    ];
    assert.equal((await cli(...args, '--wire', file)).code, 0);
    const names = (await readdir(SAMPLE)).filter((name) => /\.(json|gbnf|safetensors|md)$/.test(name));
    const files = await Promise.all(
      names.map(async (name) => ({
        path: `home-commands/${name}`,
        file: new File([await readFile(join(SAMPLE, name))], name, { lastModified: 0 }),
      })),
    );
    const settings = { board: 'devkitc-1-n8r8', context: 64, wiring: await readFile(file, 'utf8') };
    const hooks = {
      onProgress: () => undefined,
      onText: () => undefined,
      signal: new AbortController().signal,
    };
    const input = { source: { kind: 'files' as const, files }, settings };
    const { package: bytes, plan } = await createWork(await testRuntime()).convert(input, hooks);
    assert.ok((await readFile(out)).equals(bytes));
    assert.equal(plan.memories.find(({ memory }) => memory === 'flash')?.weights, bytes.length);
  });

  it('uses what the model brings, and nothing of it when that is wanted', async () => {
    const sections = async (...more: string[]): Promise<string> => {
      const out = join(folder, 'own.s3lm');
      const args = ['convert', SAMPLE, '-o', out, '--no-report', '--context', '64'];
      const made = await cli(...args, ...more);
      assert.equal(made.code, 0, made.stderr);
      const bytes = await readFile(out);
      return ['ACTN', 'GRAM'].filter((kind) => bytes.subarray(0, 512).includes(kind)).join(' ');
    };
    assert.equal(await sections(), 'ACTN GRAM');
    assert.equal(await sections('--no-wire'), 'GRAM');
    assert.equal(await sections('--no-wire', '--no-grammar'), '');
    // Nobody knows what its pins are led to.
    assert.equal(await sections('--board', 'm5stack-cores3'), 'GRAM');
    const both = await cli('convert', SAMPLE, '-o', 'x.s3lm', '--no-wire', '--wire', await wiring(5));
    assert.equal(both.code, 2);
    assert.match(both.stderr, /--wire or --no-wire, not both/);
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
