/**
 * The ESP-IDF component and Arduino library, as they are packed: over stand-ins for ESP-IDF on this machine it gives the
 * twin's ids on one task and two, under sanitizers, wherever its memory lies; its sources are right for each chip.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { writeComponent } from '../../scripts/lib/component.mjs';
import { exists, runApart } from '../../scripts/lib/run.mjs';
import { RISCV_GCC } from '../../scripts/lib/toolchain.mjs';
import { Twin } from '../../src/device/twin.js';
import { testRuntime } from '../support/runtime.js';
import {
  CC,
  CHECK,
  checkSyntax,
  CHIP_NAMES,
  compile,
  EXAMPLES,
  flagsOf,
  inTurns,
  packageOfHomeCommands,
  sanitized,
  sourcesOf,
  withoutCompiler,
  withoutCompilerOf,
} from './compilers.js';

const PROMPT = '<|begin|><|user|>could you dim the lamp in the study a bit<|home|>';
const TOKENS = 40;
const KB = 1024;

/** s3lm_end_t and esp_err_t, as numbers. */
const ENDED = 0;
const ERRORS = { noMemory: 0x101, notFound: 0x105, damaged: 0x109 } as const;

let folder = '';
let component = '';
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'component-'));
  component = path.join(folder, 'esp32-llm');
  await writeComponent(component);
});
after(() => rm(folder, { recursive: true, force: true }));

const allSources = (): Promise<string[]> => sourcesOf(component);

interface Finding {
  readonly memory: readonly number[];
  readonly ids: readonly number[];
  readonly text: string;
  readonly end: readonly number[];
  readonly error: number | null;
  readonly left: number;
}

function readFinding(output: string): Finding {
  const rows = new Map(
    output
      .trimEnd()
      .split('\n')
      .map((line) => [line.split(' ')[0] ?? '', line.split(' ').slice(1)] as const),
  );
  const numbers = (name: string): number[] => (rows.get(name) ?? []).map(Number);
  return {
    memory: numbers('memory'),
    ids: numbers('ids'),
    text: Buffer.from(rows.get('text')?.[0] ?? '', 'hex').toString('utf8'),
    end: numbers('end'),
    error: numbers('error')[0] ?? null,
    left: numbers('left')[0] ?? -1,
  };
}

for (const sanitizer of ['address,undefined', 'thread']) {
  describe(`the component over stand-ins, -fsanitize=${sanitizer}`, { skip: withoutCompiler }, () => {
    const program = (): string => path.join(folder, `check-${sanitizer.slice(0, 6)}`);
    let file = '';
    let bytes: Uint8Array = new Uint8Array();

    before(async () => {
      bytes = await packageOfHomeCommands();
      file = path.join(folder, `home-${sanitizer.slice(0, 6)}.s3lm`);
      await writeFile(file, bytes);
      await compile(CC, [
        ...sanitized(sanitizer, component),
        ...(await allSources()),
        ...['fakes.c', 'component_check.c'].map((name) => path.join(CHECK, name)),
        ...['-lpthread', '-o', program()],
      ]);
    });

    async function run(given: string, ...args: readonly (string | number)[]): Promise<Finding> {
      const { code, output, errors } = await runApart(program(), [given, ...args.map(String)]);
      assert.equal(code, 0, errors);
      return readFinding(output);
    }

    for (const cores of [1, 2]) {
      for (const [where, internal, psram] of [
        ['everything as planned', 600, 4096],
        ['little internal RAM', 150, 4096],
        ['no PSRAM', 400, 0],
        ['weights left in flash', 100, 400],
      ] as const) {
        test(`${where}, ${cores} of 2 tasks: the twin’s ids`, async () => {
          const found = await run(file, PROMPT, TOKENS, cores, internal * KB, psram * KB);
          const twin = await Twin.load((await testRuntime()).twin, bytes);
          const generation = twin.generate({ prompt: PROMPT, temperature: 0, maxNewTokens: TOKENS });
          let step = generation.next();
          while (step.done !== true) step = generation.next();
          assert.equal(found.error, null);
          assert.equal(found.text, step.value.text);
          const promptIds = twin.encode(PROMPT);
          assert.deepEqual(found.ids.slice(0, promptIds.length), promptIds);
          // The last id ends the answer, and is not run through the model.
          const ids = step.value.ids.slice(0, -1);
          assert.deepEqual(found.ids.slice(promptIds.length), ids);
          assert.deepEqual(found.end, [ENDED, promptIds.length, step.value.ids.length]);
          assert.equal(found.memory[3], cores);
          assert.equal(found.left, 0, 'pieces of memory that were not given back');
          assert.ok(
            (found.memory[0] ?? 0) <= (internal - 64) * KB || internal < 150,
            'internal RAM kept free',
          );
        });
      }
    }

    test('a second prompt goes on after the first', async () => {
      const once = await run(file, PROMPT, 5, 2, 600 * KB, 4096 * KB);
      const twice = await run(file, PROMPT, 5, 2, 600 * KB, 4096 * KB, 'lights on');
      assert.deepEqual(twice.ids.slice(0, once.ids.length), once.ids);
      assert.ok(twice.ids.length > once.ids.length);
      assert.equal(twice.left, 0);
    });

    test('damage, an erased partition and too little memory are told apart, and nothing is kept', async () => {
      const bad = path.join(folder, 'bad.s3lm');
      await writeFile(bad, bytes.with(bytes.length - 100, (bytes.at(-100) ?? 0) ^ 1));
      const damaged = await run(bad, PROMPT, 5, 2, 600 * KB, 4096 * KB);
      assert.deepEqual([damaged.error, damaged.left], [ERRORS.damaged, 0]);
      await writeFile(bad, new Uint8Array(4096).fill(255));
      const erased = await run(bad, PROMPT, 5, 2, 600 * KB, 4096 * KB);
      assert.deepEqual([erased.error, erased.left], [ERRORS.notFound, 0]);
      const small = await run(file, PROMPT, 5, 2, 70 * KB, 0);
      assert.deepEqual([small.error, small.left], [ERRORS.noMemory, 0]);
    });
  });
}

const withoutCompote =
  !(await exists('compote', ['-h'])) && 'needs compote (pip install idf-component-manager)';

describe('the component’s sources', () => {
  for (const chip of CHIP_NAMES) {
    test(`are right for ${chip}`, { skip: withoutCompilerOf(chip) }, async () => {
      await inTurns(await allSources(), (source) => checkSyntax(chip, component, source));
    });
  }

  test(
    'round after every multiplication without flags of their own',
    { skip: withoutCompilerOf('esp32p4') },
    async () => {
      const source = path.join(component, 'src/engine/kernels_common.c');
      const object = path.join(folder, 'kernels_common.o');
      const joined = async (file: string): Promise<boolean> => {
        await compile(RISCV_GCC, [...flagsOf('esp32p4', component), '-c', file, '-o', object]);
        const { output } = await runApart('riscv64-unknown-elf-objdump', ['-d', object]);
        assert.match(output, /fmul\.s/);
        return /\bfn?m(add|sub)\.s\b/.test(output);
      };
      assert.equal(await joined(source), false);
      // What the compiler does when nobody tells it.
      const plain = path.join(component, 'src/engine/plain.c');
      const text = await readFile(source, 'utf8');
      await writeFile(plain, text.replace(/^#pragma GCC optimize.*$/m, ''));
      assert.equal(await joined(plain), true);
      await rm(plain);
    },
  );

  test('are a component as its registry wants it', { skip: withoutCompote }, async () => {
    await compile('compote', ['manifest', 'lint'], component);
    for (const example of EXAMPLES)
      await compile('compote', ['manifest', 'lint'], path.join(component, 'examples', example, 'main'));
    const packed = path.join(folder, 'packed');
    await compile('compote', ['component', 'pack', '--name', 'esp32-llm', '--dest-dir', packed], component);
    assert.deepEqual(
      (await readdir(packed)).filter((name) => name.endsWith('.tgz')),
      ['esp32-llm_0.1.0.tgz'],
    );
  });
});
