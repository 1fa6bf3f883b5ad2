/** `convert -o OUT.tflite`: the graph, and a folder beside it that compiles and picks as the engine does. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { tflmSources } from '../../scripts/lib/tflm-sources.mjs';
import { OPERATORS } from '../../src/tflite/operators.js';
import { cli } from '../support/cli.js';
import { readTflite } from '../tflite/flat-reader.js';

const FIXTURES = fileURLToPath(new URL('../fixtures/families/', import.meta.url));
const HOME = fileURLToPath(new URL('../../models/home-commands', import.meta.url));
const CC = process.env['CC'] ?? 'cc';
const noCompiler = spawnSync(CC, ['--version']).status === 0 ? false : `no compiler ${CC}`;

interface Said {
  readonly tflite: {
    readonly bytes: number;
    readonly context: number;
    readonly operators: readonly (keyof typeof OPERATORS)[];
    readonly arena: { readonly bytes: number };
    readonly cacheBytes: number;
  };
  readonly files: readonly { readonly file: string; readonly bytes: number }[];
}

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-tflite-'));
});
after(() => rm(folder, { recursive: true, force: true }));

async function convert(...argv: string[]): Promise<Said> {
  const { code, stdout, stderr } = await cli('convert', ...argv, '--json');
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as Said;
}

describe('convert to a TensorFlow Lite graph', () => {
  it('writes graph and folder, and says what is in them', async () => {
    const output = join(folder, 'home.tflite');
    const { tflite, files } = await convert(HOME, '-o', output, '--context', '64');
    const graph = readTflite(new Uint8Array(await readFile(output)));
    assert.equal(tflite.context, 64);
    assert.deepEqual(
      graph.operators.map(({ code }) => code).sort(),
      tflite.operators.map((name) => OPERATORS[name].code).sort(),
    );
    const beside = await readdir(join(folder, 'home-tflm'));
    assert.deepEqual(
      files.slice(1).map(({ file }) => file),
      beside.sort().map((name) => join(folder, 'home-tflm', name)),
    );
    for (const { file, bytes } of files) assert.equal((await readFile(file)).length, bytes, file);
    // No name of what is not finished.
    assert.deepEqual((await readdir(folder)).sort(), ['home-tflm', 'home.tflite']);
    const resolver = await readFile(join(folder, 'home-tflm/model_resolver.h'), 'utf8');
    assert.match(resolver, new RegExp(`MicroMutableOpResolver<${tflite.operators.length}>`));
    for (const name of tflite.operators)
      assert.ok(resolver.includes(`resolver.${OPERATORS[name].add}()`), name);
    const facts = await readFile(join(folder, 'home-tflm/model_facts.h'), 'utf8');
    assert.match(facts, new RegExp(`S3LM_TFLM_ARENA_BYTES ${tflite.arena.bytes}u`));
    assert.match(facts, /S3LM_TFLM_HAS_CHAT 1/);
    const sources = await tflmSources();
    for (const [name, text] of Object.entries(sources))
      assert.equal(await readFile(join(folder, 'home-tflm', name), 'utf8'), text, `${name}: npm run build`);
  });

  it('has what is kept as inputs and outputs when asked for, and floats', async () => {
    const output = join(folder, 'gpt2.tflite');
    const { tflite } = await convert(
      ...[join(FIXTURES, 'gpt2'), '-o', output, '--weights', 'float32', '--tflite-cache', 'tensors'],
    );
    const { inputs, operators } = readTflite(new Uint8Array(await readFile(output)));
    assert.ok(inputs.length > 2 && !operators.some(({ code }) => code === OPERATORS.VAR_HANDLE.code));
    assert.ok(tflite.bytes > tflite.cacheBytes);
    // It came without a tokenizer.
    assert.deepEqual((await readdir(join(folder, 'gpt2-tflm'))).sort(), [
      'README.md',
      'model_data.S',
      'model_facts.h',
      'model_resolver.h',
    ]);
  });

  it('refuses what means nothing for a graph, or cannot be', async () => {
    const output = join(folder, 'no.tflite');
    for (const [argv, said] of [
      [['--board', 'xiao-esp32s3'], /--board: not with -o OUT\.tflite/],
      [['--weights', 'int4'], /--weights is one of auto, int8, float32/],
      [['--weights', 'float32', '--calibrate', 'x.txt'], /leave it out with --weights float32/],
      [['--context', '100000'], /holds for 256 positions, not for a context of 100000/],
    ] as const) {
      const { code, stderr } = await cli('convert', HOME, '-o', output, ...argv);
      assert.equal(code, 2, stderr);
      assert.match(stderr, said);
    }
    const { code, stderr } = await cli('convert', HOME, '-o', 'x.s3lm', '--tflite-cache', 'tensors');
    assert.equal(code, 2);
    assert.match(stderr, /add -o OUT\.tflite/);
    const text = join(folder, 'text.tflite');
    await writeFile(text, 'some words');
    const clash = await cli('convert', HOME, '-o', text, '--calibrate', text);
    assert.match(clash.stderr, /would take the place of/);
    assert.equal(await readFile(text, 'utf8'), 'some words');
    assert.ok(!(await readdir(folder)).includes('no.tflite'));
  });

  it('puts files into the folder that compile alone, tokenize and pick', { skip: noCompiler }, async () => {
    await convert(HOME, '-o', join(folder, 'c.tflite'), '--context', '16');
    const place = join(folder, 'c-tflm');
    await cp(fileURLToPath(new URL('../tflite/pick_check.c', import.meta.url)), join(place, 'pick_check.c'));
    const names = (await readdir(place)).filter((name) => /\.[cS]$/.test(name));
    const flags = ['-std=gnu11', '-O1', '-Wall', '-Wextra', '-Werror', '-ffp-contract=off', '-o', 'check'];
    const built = spawnSync(CC, [...flags, ...names], { cwd: place, encoding: 'utf8' });
    assert.equal(built.status, 0, built.stderr);
    const run = spawnSync(join(place, 'check'), { encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr + run.stdout);
    assert.equal(run.stdout, 'TFL3\nturn on the lamp\n2 1 2\nas likely\n');
  });
});
