/**
 * The routines that compiled code for Xtensa calls, against BigInt and loops over bytes; and that the objects for the
 * ESP32-S3 call nothing that is not among them. Needs the compilers; what runs, runs in QEMU.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { buildObjects, compileXtensa, linkXtensa, missingSymbols } from '../../scripts/lib/native-xtensa.mjs';
import { hasToolchain, PACKAGES } from '../../scripts/lib/toolchain.mjs';
import { randomNumbers } from '../engine/package-maker.js';
import { build, runProgram, whyNot } from './programs.js';

const MASK = (1n << 64n) - 1n;

/** Where carries, signs and shifts change. */
const EDGES = [
  0n,
  1n,
  2n,
  3n,
  10n,
  0xffffn,
  0x10000n,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0x100000000n,
].flatMap((edge) => [edge, -edge & MASK, edge << 31n, (edge << 32n) & MASK, MASK - (edge << 16n)]);

function randomPairs(count: number): [bigint, bigint][] {
  const uniform = randomNumbers(17);
  const number = (): bigint => {
    const words = (BigInt(Math.floor(uniform() * 2 ** 32)) << 32n) | BigInt(Math.floor(uniform() * 2 ** 32));
    const bits = words >> BigInt(Math.floor(uniform() * 64));
    return uniform() < 0.3 ? -bits & MASK : bits;
  };
  return Array.from({ length: count }, () => [number(), number() | 1n]);
}

/** The line that runtime-check prints for a pair. */
function expectedLine(a: bigint, b: bigint): string {
  const [signedA, signedB] = [BigInt.asIntN(64, a), BigInt.asIntN(64, b)];
  const results = [a * b, a / b, a % b, signedA / signedB, signedA % signedB];
  return results.map((result) => (result & MASK).toString(16).padStart(16, '0')).join(' ');
}

describe('the run-time routines on Xtensa', { skip: await whyNot() }, () => {
  let folder = '';
  let pairs: [bigint, bigint][] = [];
  let lines: string[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'xtensa-runtime-'));
    await build(folder);
    const edges = EDGES.flatMap((a) => EDGES.filter((b) => b !== 0n).map((b): [bigint, bigint] => [a, b]));
    pairs = [...edges, ...randomPairs(20_000)];
    const file = join(folder, 'pairs.bin');
    await writeFile(file, new BigUint64Array(pairs.flat()));
    const { code, output, errors } = await runProgram(folder, 'runtime-check', [file]);
    assert.equal(code, 0, errors);
    lines = output.trimEnd().split('\n');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('64-bit products, quotients and remainders are right', () => {
    assert.equal(lines.length, pairs.length + 1);
    for (const [index, [a, b]] of pairs.entries()) {
      assert.equal(lines[index], expectedLine(a, b), `${a} and ${b}`);
    }
  });

  test('memory routines are right for all alignments and lengths', () => {
    assert.equal(lines.at(-1), 'memory 1728');
  });
});

const without = !(await hasToolchain('xtensa')) && `needs the Debian packages ${PACKAGES.xtensa.join(' ')}`;

describe('the objects for the ESP32-S3', { skip: without }, () => {
  let folder = '';
  let objects: string[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'xtensa-objects-'));
    objects = await buildObjects('esp32s3', folder);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('call nothing from outside', async () => {
    assert.deepEqual(await missingSymbols(objects), []);
  });

  test('round after every multiplication and addition', async () => {
    for (const object of objects) {
      const text = await readFile(object.replace(/\.o$/, '.moved.s'), 'utf8');
      assert.doesNotMatch(text, /\bm(add|sub)n?\.s\b/, basename(object));
    }
  });

  test('have the same bytes in another folder', async () => {
    const engine = ['model.c', 'attention.c'].map((name) => `device-runtime/engine/${name}`);
    const again = await compileXtensa('esp32s3', engine, join(folder, 'again'));
    for (const name of again) {
      assert.deepEqual(await readFile(name), await readFile(join(folder, basename(name))));
    }
  });

  test('what is missing is named', async () => {
    const engine = objects.filter((name) => !/\/(memory|int64)\.o$/.test(name));
    assert.deepEqual(await missingSymbols(engine), ['memcpy', 'memset']);
  });

  test('link into a program with every constant in reach of its code', async () => {
    const check = [
      'xtensa/check/start.s',
      'xtensa/check/linux.c',
      'check/check.c',
      'check/engine_check.c',
    ].map((name) => `device-runtime/${name}`);
    const rest = await compileXtensa('esp32s3', check, folder);
    await linkXtensa(
      [...rest, ...objects],
      'device-runtime/xtensa/check/program.ld',
      join(folder, 'program'),
    );
  });
});
