/**
 * The ESP-IDF component and Arduino library, as they are packed: over stand-ins for ESP-IDF on this machine it gives the
 * twin's ids on one task and two, under sanitizers, wherever its memory lies; its sources are right for each chip.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { writeComponent } from '../../scripts/lib/component.mjs';
import { exists, ROOT, runApart } from '../../scripts/lib/run.mjs';
import { CLANG, hasToolchain, PACKAGES, RISCV_GCC } from '../../scripts/lib/toolchain.mjs';
import { XTENSA_TARGETS } from '../../scripts/lib/xtensa-target.mjs';
import { Twin } from '../../src/device/twin.js';
import { convert } from '../../src/pipeline/convert.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { testRuntime } from '../support/runtime.js';

const CC = process.env.CC ?? 'cc';
const CHECK = path.join(ROOT, 'device-runtime/component/check');
const HOME_COMMANDS = path.join(ROOT, 'models/home-commands');
const PROMPT = '<|begin|><|user|>could you dim the lamp in the study a bit<|home|>';
const TOKENS = 40;
const KB = 1024;

/** s3lm_end_t and esp_err_t, as numbers. */
const ENDED = 0;
const ERRORS = { noMemory: 0x101, notFound: 0x105, damaged: 0x109 } as const;

const withoutCompiler = !(await exists(CC)) && `needs a C compiler (${CC})`;

let folder = '';
let component = '';
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'component-'));
  component = path.join(folder, 'esp32-llm');
  await writeComponent(component);
});
after(() => rm(folder, { recursive: true, force: true }));

async function sources(place: string, extension = '.c'): Promise<string[]> {
  const names = await readdir(path.join(component, place));
  return names.filter((name) => name.endsWith(extension)).map((name) => path.join(component, place, name));
}

const allSources = async (): Promise<string[]> => [
  ...(await sources('src')),
  ...(await sources('src/engine')),
];

async function compile(compiler: string, args: readonly string[], cwd = folder): Promise<void> {
  const { code, errors } = await runApart(compiler, args, { cwd });
  assert.equal(code, 0, errors);
}

/** Runs `work` on all items, as many at a time as there are cores. */
async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const one = async (): Promise<void> => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, one));
}

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

async function packageOfHomeCommands(): Promise<Uint8Array> {
  const opened = await nodeFolder(HOME_COMMANDS);
  try {
    const { package: bytes } = await convert(opened, { report: false }, await testRuntime());
    return bytes ?? assert.fail('no package');
  } finally {
    await opened.close();
  }
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
        ...['-std=gnu11', '-O1', '-g', '-Wall', '-Wextra', '-Wno-unknown-pragmas', '-ffp-contract=off'],
        ...['-fno-strict-aliasing', `-fsanitize=${sanitizer}`, '-fno-sanitize-recover=all'],
        ...[`-I${path.join(component, 'src')}`, `-I${CHECK}`, `-I${path.join(CHECK, 'standin')}`],
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

/** What each chip's compiler is told; the component takes one task where there is one core. */
const CHIPS = {
  esp32: { cores: 2 },
  esp32s3: { cores: 2 },
  esp32p4: { cores: 2, flags: ['-march=rv32imafc', '-mabi=ilp32f'] },
  esp32c3: { cores: 1, flags: ['-march=rv32imc', '-mabi=ilp32'] },
  esp32c6: { cores: 1, flags: ['-march=rv32imac', '-mabi=ilp32'] },
} as const;

/** As an application would have them, and no flag of the component's own. */
const STRICT = [
  '-std=gnu11',
  '-O2',
  '-ffreestanding',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-Wno-maybe-uninitialized',
];
const standIns = (): string[] => [
  `-I${path.join(component, 'src')}`,
  `-I${path.join(CHECK, 'standin')}`,
  `-I${path.join(CHECK, 'standin/libc')}`,
];
const XTENSA = (XTENSA_TARGETS.esp32s3?.features ?? []).flatMap((name) => [
  ...['-Xclang', '-target-feature', '-Xclang', `+${name}`],
]);

const withoutClang =
  !(await hasToolchain('xtensa')) && `needs the Debian packages ${PACKAGES.xtensa.join(' ')}`;
const withoutGcc =
  !(await hasToolchain('targets')) && `needs the Debian packages ${PACKAGES.targets.join(' ')}`;

const withoutCompote =
  !(await exists('compote', ['-h'])) && 'needs compote (pip install idf-component-manager)';

describe('the component’s sources', () => {
  for (const [chip, { cores, ...more }] of Object.entries(CHIPS)) {
    const flags = 'flags' in more ? more.flags : null;
    test(`are right for ${chip}`, { skip: flags === null ? withoutClang : withoutGcc }, async () => {
      const [compiler, target] =
        flags === null
          ? [CLANG, ['--target=xtensa', '-Wno-unknown-warning-option', ...XTENSA]]
          : [RISCV_GCC, flags];
      await inTurns(await allSources(), (source) =>
        compile(compiler, [
          ...[...target, ...STRICT, '-fsyntax-only', `-DportNUM_PROCESSORS=${cores}`],
          ...[...standIns(), source],
        ]),
      );
    });
  }

  test('round after every multiplication without flags of their own', { skip: withoutGcc }, async () => {
    const source = path.join(component, 'src/engine/kernels_common.c');
    const object = path.join(folder, 'kernels_common.o');
    const joined = async (file: string): Promise<boolean> => {
      await compile(RISCV_GCC, [...CHIPS.esp32p4.flags, ...STRICT, ...standIns(), '-c', file, '-o', object]);
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
  });

  test('and the examples call what there is', { skip: withoutCompiler }, async () => {
    const include = [`-I${path.join(component, 'src')}`, `-I${path.join(CHECK, 'standin')}`];
    const strict = ['-fsyntax-only', '-Wall', '-Wextra', '-Werror', ...include];
    const examples = path.join(component, 'examples');
    for (const name of ['console', 'chat_page'])
      await compile(CC, ['-std=gnu11', ...strict, path.join(examples, name, 'main/main.c')]);
    const sketch = path.join(examples, 'Chat/Chat.ino');
    await compile(CC, ['-x', 'c++', '-std=gnu++2a', ...strict, '-include', 'Arduino.h', sketch]);
  });

  test('are a component as its registry wants it', { skip: withoutCompote }, async () => {
    await compile('compote', ['manifest', 'lint'], component);
    const packed = path.join(folder, 'packed');
    await compile('compote', ['component', 'pack', '--name', 'esp32-llm', '--dest-dir', packed], component);
    assert.deepEqual(
      (await readdir(packed)).filter((name) => name.endsWith('.tgz')),
      ['esp32-llm_0.1.0.tgz'],
    );
  });
});
