/**
 * The macros that emit the vector instructions (device-runtime/boards/esp32s3/pie/pie.inc) against the emulator's
 * instruction table: every macro, with operands that reach all of their bits.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { whyNot } from './programs.js';

const run = promisify(execFile);
const path = (relative: string): string => fileURLToPath(new URL(`../../${relative}`, import.meta.url));
const MACROS = path('device-runtime/boards/esp32s3/pie/pie.inc');
const TABLE = path('kernels/crates/emulator/src/isa/tables/pie.isa');
/** Operand sets tried for each macro. */
const ROUNDS = 24;

/** One operand of a row: where its bits lie, most significant first, and what it may be. */
interface Operand {
  readonly name: string;
  readonly bits: readonly number[];
  readonly low: number;
  readonly step: number;
  readonly count: number;
}

interface Row {
  readonly bytes: number;
  readonly match: number;
  readonly operands: readonly Operand[];
}

describe('macros of vector instructions', { skip: await whyNot() }, () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pie-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('assemble to the bytes of the instruction table', async () => {
    const table = rows(await readFile(TABLE, 'utf8'));
    const macros = [...(await readFile(MACROS, 'utf8')).matchAll(/^\.macro (ee_\w+|mv_qr) ?(.*)$/gm)];
    assert.ok(macros.length >= 15, `${macros.length} macros`);
    const lines = [`\t.include "${MACROS}"`, '\t.text'];
    const expected: { text: string; bytes: number[] }[] = [];
    for (const [, name = '', parameters = ''] of macros) {
      const row = table.get(name.replaceAll('_', '.')) ?? table.get(mnemonic(name, table));
      assert.ok(row, `${name} is not in the table`);
      const count = parameters === '' ? 0 : parameters.split(',').length;
      // Four float registers are named from the lowest address up, the table has them the other way round.
      const floats = row.operands.filter((operand) => /^f[uv]\d$/.test(operand.name));
      const order = [...floats.toReversed(), ...row.operands.slice(floats.length)];
      assert.equal(order.length, count, name);
      for (let round = 0; round < ROUNDS; round++) {
        const fields = order.map(
          (operand, index) => (round * 37 + index * 11 + (round >> 2)) % operand.count,
        );
        const values = order.map((operand, index) => operand.low + operand.step * (fields[index] ?? 0));
        const text = `${name} ${values.join(', ')}`;
        lines.push(`\t${text}`);
        expected.push({ text, bytes: encode(row, order, values) });
      }
    }
    const source = join(folder, 'all.s');
    const object = join(folder, 'all.o');
    const binary = join(folder, 'all.bin');
    await writeFile(source, `${lines.join('\n')}\n`);
    await run('llvm-mc-22', ['-triple=xtensa', '-filetype=obj', source, '-o', object]);
    await run('llvm-objcopy-22', ['-O', 'binary', '--only-section=.text', object, binary]);
    const actual = [...(await readFile(binary))];
    let at = 0;
    for (const { text, bytes } of expected) {
      assert.deepEqual(actual.slice(at, at + bytes.length), bytes, text);
      at += bytes.length;
    }
    assert.equal(actual.length, at);
  });
});

/** The table's name of a macro: some underscores are part of it. */
function mnemonic(macro: string, table: ReadonlyMap<string, Row>): string {
  return [...table.keys()].find((name) => name.replaceAll('.', '_') === macro) ?? macro;
}

/** `mnemonic | bytes | match | mask | operands`, an operand as `name=bits/direction` or `name=bits/low..high*step+0`. */
function rows(text: string): Map<string, Row> {
  const found = new Map<string, Row>();
  for (const line of text.split('\n')) {
    const [name = '', bytes = '', match = '', , operands = ''] = line.split('|').map((cell) => cell.trim());
    if (name === '' || name.startsWith('#')) continue;
    found.set(name, {
      bytes: Number(bytes),
      match: Number.parseInt(match, 16),
      operands: operands.split(' ').filter(Boolean).map(operand),
    });
  }
  return found;
}

function operand(text: string): Operand {
  const parts = /^(\w+)=([\d:,]+)(?:\/(-?\d+)\.\.(-?\d+)\*(\d+)\+0)?/.exec(text);
  assert.ok(parts, text);
  const [, name = '', places = '', low = '0', high, step = '1'] = parts;
  const bits = places.split(',').flatMap((place) => {
    const [from = 0, to = from] = place.split(':').map(Number);
    return Array.from({ length: from - to + 1 }, (_, index) => from - index);
  });
  const count = high === undefined ? 1 << bits.length : (Number(high) - Number(low)) / Number(step) + 1;
  return { name, bits, low: Number(low), step: Number(step), count };
}

function encode(row: Row, order: readonly Operand[], values: readonly number[]): number[] {
  let word = BigInt(row.match);
  for (const [index, { bits, step }] of order.entries()) {
    const field = BigInt.asUintN(bits.length, BigInt((values[index] ?? 0) / step));
    for (const [position, bit] of bits.entries()) {
      word |= ((field >> BigInt(bits.length - 1 - position)) & 1n) << BigInt(bit);
    }
  }
  return Array.from({ length: row.bytes }, (_, index) => Number((word >> BigInt(8 * index)) & 255n));
}
