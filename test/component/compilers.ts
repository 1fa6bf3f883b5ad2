/** What the tests of the component share: compilers and their flags, its sources, and a package to try it with. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { exists, ROOT, runApart } from '../../scripts/lib/run.mjs';
import { CLANG, hasToolchain, PACKAGES, RISCV_GCC } from '../../scripts/lib/toolchain.mjs';
import { XTENSA_TARGETS } from '../../scripts/lib/xtensa-target.mjs';
import { convert } from '../../src/pipeline/convert.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { testRuntime } from '../support/runtime.js';

export const CC = process.env.CC ?? 'cc';
export const CHECK = path.join(ROOT, 'device-runtime/component/check');
/** Those for ESP-IDF. */
export const EXAMPLES = ['console', 'chat_page', 'mqtt_lamp', 'voice'] as const;

const HOME_COMMANDS = path.join(ROOT, 'models/home-commands');

/** What each chip’s compiler is told; the component takes one task where there is one core. */
const CHIPS = {
  esp32: { cores: 2, flags: null },
  esp32s3: { cores: 2, flags: null },
  esp32p4: { cores: 2, flags: ['-march=rv32imafc', '-mabi=ilp32f'] },
  esp32c3: { cores: 1, flags: ['-march=rv32imc', '-mabi=ilp32'] },
  esp32c6: { cores: 1, flags: ['-march=rv32imac', '-mabi=ilp32'] },
} as const;
type Chip = keyof typeof CHIPS;
export const CHIP_NAMES = Object.keys(CHIPS) as Chip[];

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
const XTENSA = (XTENSA_TARGETS.esp32s3?.features ?? []).flatMap((name) => [
  ...['-Xclang', '-target-feature', '-Xclang', `+${name}`],
]);

export const withoutCompiler = !(await exists(CC)) && `needs a C compiler (${CC})`;
const withoutClang =
  !(await hasToolchain('xtensa')) && `needs the Debian packages ${PACKAGES.xtensa.join(' ')}`;
const withoutGcc =
  !(await hasToolchain('targets')) && `needs the Debian packages ${PACKAGES.targets.join(' ')}`;

/** Why a chip’s compiler is not there; false when it is. */
export const withoutCompilerOf = (chip: Chip): string | false =>
  CHIPS[chip].flags === null ? withoutClang : withoutGcc;

export async function compile(compiler: string, args: readonly string[], cwd = ROOT): Promise<void> {
  const { code, errors } = await runApart(compiler, args, { cwd });
  assert.equal(code, 0, errors);
}

/** For a chip’s compiler, over the stand-ins; `component` is the packed folder. */
export function flagsOf(chip: Chip, component: string): string[] {
  const { cores, flags } = CHIPS[chip];
  return [
    ...(flags ?? ['--target=xtensa', '-Wno-unknown-warning-option', ...XTENSA]),
    ...[...STRICT, `-DportNUM_PROCESSORS=${cores}`, `-DCONFIG_IDF_TARGET_${chip.toUpperCase()}=1`],
    `-I${path.join(component, 'src')}`,
    ...[`-I${path.join(CHECK, 'standin')}`, `-I${path.join(CHECK, 'standin/libc')}`],
  ];
}

export async function checkSyntax(
  chip: Chip,
  component: string,
  source: string,
  include: readonly string[] = [],
): Promise<void> {
  const folders = include.map((name) => `-I${name}`);
  const compiler = CHIPS[chip].flags === null ? CLANG : RISCV_GCC;
  await compile(compiler, [...flagsOf(chip, component), '-fsyntax-only', ...folders, source]);
}

/** For a program of this machine that a sanitizer looks after. */
export const sanitized = (sanitizer: string, component: string): string[] => [
  ...['-std=gnu11', '-O1', '-g', '-Wall', '-Wextra', '-Wno-unknown-pragmas', '-ffp-contract=off'],
  ...['-fno-strict-aliasing', `-fsanitize=${sanitizer}`, '-fno-sanitize-recover=all'],
  ...[`-I${path.join(component, 'src')}`, `-I${CHECK}`, `-I${path.join(CHECK, 'standin')}`],
];

/** The component’s own and the engine’s. */
export async function sourcesOf(component: string): Promise<string[]> {
  const found = [];
  for (const place of ['src', 'src/engine', 'src/boards/esp32s3/pie'])
    for (const name of await readdir(path.join(component, place)))
      if (name.endsWith('.c')) found.push(path.join(component, place, name));
  return found;
}

/** Runs `work` on all items, as many at a time as there are cores. */
export async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const one = async (): Promise<void> => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, one));
}

export async function packageOfHomeCommands(): Promise<Uint8Array> {
  const opened = await nodeFolder(HOME_COMMANDS);
  try {
    const { package: bytes } = await convert(opened, { report: false }, await testRuntime());
    return bytes ?? assert.fail('no package');
  } finally {
    await opened.close();
  }
}
