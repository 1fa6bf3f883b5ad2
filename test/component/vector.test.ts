/**
 * The component's vector loops for the ESP32-S3: of the firmware's sources, the same bytes by clang's and by GNU's
 * assembler as in the firmware, and on an emulated board the results of the portable loops to the last bit.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { writeComponent } from '../../scripts/lib/component.mjs';
import { readObject } from '../../scripts/lib/elf-object.mjs';
import { missingSymbols, programSymbols } from '../../scripts/lib/native-xtensa.mjs';
import { exists, ROOT } from '../../scripts/lib/run.mjs';
import { CLANG, RISCV_GCC } from '../../scripts/lib/toolchain.mjs';
import { VECTOR_ASSEMBLY, vectorAssembly, vectorSourcesDigest } from '../../scripts/lib/vector-assembly.mjs';
import { INSTRUCTIONS, Program } from '../support/xtensa-programs.js';
import { compile, flagsOf, sourcesOf, withoutCompilerOf } from './compilers.js';
import { assemble, buildVectorCheck, GNU_AS, runVectorCheck, type Define } from './vector-programs.js';

const without = withoutCompilerOf('esp32s3');
const withoutGnu = !(await exists(GNU_AS)) && `needs ${GNU_AS} (binutils-xtensa-lx106)`;
const FIRMWARE = path.join(ROOT, 'device-runtime/prebuilt/esp32s3/firmware.elf');

let folder = '';
let component = '';
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'vector-'));
  component = path.join(folder, 'esp32-llm');
  await writeComponent(component);
});
after(() => rm(folder, { recursive: true, force: true }));

const text = await readFile(path.join(ROOT, VECTOR_ASSEMBLY), 'utf8');

describe('the file of vector loops', () => {
  test('is of the firmware’s sources as they are', async () => {
    const made = /Sources: ([0-9a-f]+)/.exec(text)?.[1];
    assert.equal(made, await vectorSourcesDigest(), 'run node scripts/vector-kernels.mjs');
  });

  test('is what the script writes', { skip: without }, async () => {
    assert.equal(text, await vectorAssembly(), 'run node scripts/vector-kernels.mjs');
  });

  test('has every vector instruction as the emulator’s table says', () => {
    let count = 0;
    for (const [, bytes = '', name = '', operands = ''] of text.matchAll(
      /^\t\.byte (.*)\t\/\* (\S+) ?(.*) \*\/$/gm,
    )) {
      if (!/^(ee|mv)\./.test(name)) continue;
      count += 1;
      assert.ok(INSTRUCTIONS.has(name), name);
      const values =
        operands === '' ? [] : operands.split(', ').map((value) => Number(value.replace(/^[qaf]/, '')));
      const expected = [...new Program(0).put(name, ...values).bytes];
      assert.deepEqual(bytes.split(', ').map(Number), expected, `${name} ${operands}`);
    }
    assert.ok(count > 500, `${count} instructions`);
  });

  test('is in the component', async () => {
    assert.equal(await readFile(path.join(component, 'src/boards/esp32s3/pie/kernels.S'), 'utf8'), text);
  });
});

// No GCC for this chip is to be had; that of another one says the same of C.
test('the C around the loops has no warning of GCC’s', { skip: withoutCompilerOf('esp32p4') }, async () => {
  const sources = (await sourcesOf(component)).filter((name) =>
    /\/pie\/|llm_kernels|esp32_llm\.c/.test(name),
  );
  assert.equal(sources.length, 5);
  for (const source of sources) {
    const flags = flagsOf('esp32p4', component).filter((flag) => !flag.startsWith('-DCONFIG_IDF_TARGET'));
    await compile(RISCV_GCC, [...flags, '-DCONFIG_IDF_TARGET_ESP32S3=1', '-c', source, '-o', '/dev/null']);
  }
});

interface Section {
  readonly name: string;
  readonly bytes: string;
  readonly relocations: readonly string[];
}

/**
 * What is loaded, in the order of names; GNU’s assembler has empty and descriptive sections besides. It leaves a part of
 * an address in the word itself, clang’s beside it: the linker takes their sum.
 */
async function loaded(object: string, prefix: RegExp): Promise<Section[]> {
  const { sections } = readObject(await readFile(object));
  return sections
    .filter(({ name, size }) => prefix.test(name) && size > 0)
    .map(({ name, bytes, relocations }) => {
      const words = Buffer.from(bytes);
      const addresses = relocations.map(({ offset, type, target, addend }) => {
        const whole = addend + words.readUInt32LE(offset);
        words.writeUInt32LE(0, offset);
        return `${offset} ${type} ${target.replace(prefix, '')}+${whole}`;
      });
      return { name: name.replace(prefix, ''), bytes: words.toString('hex'), relocations: addresses };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

describe('vector loops by two assemblers', { skip: without || withoutGnu }, () => {
  const FLASH = /^\.(text|rodata)\./;
  const RAM = /^\.(iram1|dram1)\./;

  test('are the same bytes', async () => {
    const { clang, gnu } = await assemble(component, folder, []);
    const sections = await loaded(clang, FLASH);
    assert.ok(sections.length > 40);
    assert.deepEqual(await loaded(gnu, FLASH), sections);
  });

  test('lie in internal RAM where the application wants it', async () => {
    const flash = await loaded((await assemble(component, folder, [])).gnu, FLASH);
    const wanted: Define = '-DCONFIG_S3LM_VECTOR_KERNELS_IN_IRAM=1';
    const { clang, gnu } = await assemble(component, folder, [wanted]);
    for (const object of [clang, gnu]) {
      assert.deepEqual(await loaded(object, RAM), flash);
      assert.deepEqual(await loaded(object, FLASH), []);
    }
  });

  test('are none where the application wants the portable ones', async () => {
    const { clang, gnu } = await assemble(component, folder, ['-DS3LM_PORTABLE_KERNELS=1']);
    for (const object of [clang, gnu]) assert.deepEqual(await loaded(object, FLASH), []);
    for (const source of await sourcesOf(component)) {
      if (!source.includes('/pie/') && !source.endsWith('esp32_llm.c')) continue;
      await compile(CLANG, [
        ...flagsOf('esp32s3', component),
        '-DS3LM_PORTABLE_KERNELS=1',
        '-fsyntax-only',
        source,
      ]);
    }
  });

  test('are the firmware’s, but for how far their constants are', async () => {
    const addresses = await programSymbols(FIRMWARE);
    const firmware = await segmentsOf(FIRMWARE);
    let compared = 0;
    for (const [, name = '', body = '', size] of text.matchAll(
      /^(s3lm_pie_\w+):\n((?:.*\n)*?)\t\.size \1, (\d+)$/gm,
    )) {
      const address = addresses.get(name);
      // The firmware's linker leaves out what nothing calls.
      if (address === undefined) continue;
      compared += 1;
      const there = firmware(address, Number(size));
      let at = 0;
      for (const [, bytes = '', what = ''] of body.matchAll(/^\t\.byte (.*)\t\/\* (.*) \*\/$/gm)) {
        const expected = bytes.split(', ').map(Number);
        const same = what.startsWith('l32r') ? 1 : expected.length;
        assert.deepEqual(
          [...there.subarray(at, at + same)],
          expected.slice(0, same),
          `${name}+${at}: ${what}`,
        );
        at += expected.length;
      }
      assert.equal(at, Number(size), name);
    }
    assert.ok(compared > 40, `${compared} functions`);
  });

  test('are named by the component, as linkers do not replace a function that they have', async () => {
    const output = path.join(folder, 'esp32_llm.s');
    await compile(CLANG, [
      ...[...flagsOf('esp32s3', component), '-S', path.join(component, 'src/esp32_llm.c'), '-o', output],
    ]);
    assert.match(await readFile(output, 'utf8'), /\bs3lm_kernels_pie\b/);
  });

  test('give the portable ones’ results on an emulated board', async () => {
    const { gnu } = await assemble(component, folder, ['-DCONFIG_ESP32S3_DATA_CACHE_LINE_SIZE=64']);
    const said = await runVectorCheck(await buildVectorCheck(component, folder, gnu));
    const at = said.indexOf('round: PSRAM');
    assert.deepEqual(said.slice(at, -1), [
      'round: PSRAM',
      'kernels: pie',
      '13 passed, 0 failed',
      'round: internal RAM',
      'kernels: pie',
      '26 passed, 0 failed',
      'done',
    ]);
    assert.deepEqual(await missingSymbols([gnu]), []);
  });
});

/** Reads what a linked program has at an address. */
async function segmentsOf(program: string): Promise<(address: number, length: number) => Buffer> {
  const elf = await readFile(program);
  const headers = Array.from(
    { length: elf.readUInt16LE(44) },
    (_, index) => elf.readUInt32LE(28) + 32 * index,
  );
  return (address, length) => {
    for (const at of headers) {
      const [offset = 0, begin = 0, , bytes = 0] = [4, 8, 12, 16].map((field) =>
        elf.readUInt32LE(at + field),
      );
      const from = offset + address - begin;
      if (address >= begin && address + length <= begin + bytes) return elf.subarray(from, from + length);
    }
    return assert.fail(`nothing at ${address.toString(16)}`);
  };
}
