/** Builds and runs the component's vector loops: for its assemblers, and as a program of an emulated board. */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { compileXtensa, linkXtensa } from '../../scripts/lib/native-xtensa.mjs';
import { listFiles } from '../../scripts/lib/files.mjs';
import { ROOT } from '../../scripts/lib/run.mjs';
import { CLANG, LLVM_MC } from '../../scripts/lib/toolchain.mjs';
import { moveLiterals } from '../../scripts/lib/xtensa-assembly.mjs';
import { XTENSA_TARGETS } from '../../scripts/lib/xtensa-target.mjs';
import { makeEmulatorCore } from '../../src/device/emulator-core.js';
import { assembleFlashImage, planFlashImage } from '../../src/image/flash-image.js';
import { firmwareFromElf } from '../../src/image/firmware.js';
import { findBoard } from '../../src/plan/boards.js';
import { emulatorModule } from '../support/emulated-board.js';
import { CHECK, compile, flagsOf } from './compilers.js';

/** GNU’s assembler of another Xtensa core: it takes bytes and words as that of the ESP32-S3 does. */
export const GNU_AS = 'xtensa-lx106-elf-as';

const BOARD_FILES = 'device-runtime/boards/esp32s3/';
const SHARED_BOARD_FILES = 'device-runtime/boards/xtensa/';
const SOURCE = 'src/boards/esp32s3/pie/kernels.S';
/** The check takes more memory than a firmware may: it has no model. */
const MOST_BYTES = 256 * 1024;
/** CRC-32 of the 24 zeros that fill up what stays in flash where nothing does. */
const NOTHING_MAPPED = 0xa3c1ca20;
/** Emulated seconds between two looks at what it has said, and at most. */
const LOOK = 0.05;
const PATIENCE = 120;

/** One of so many rounds of the host's test. */
const SHARE = 8;

/** What an application is configured with, beside the chip. */
export type Define = `-D${string}`;

/** The file of the loops as an object, by clang’s assembler and by GNU’s. */
export async function assemble(
  component: string,
  folder: string,
  defines: readonly Define[],
): Promise<{ clang: string; gnu: string }> {
  const [clang, gnu, text] = ['clang.o', 'gnu.o', 'plain.s'].map((name) => path.join(folder, name));
  assert.ok(clang !== undefined && gnu !== undefined && text !== undefined);
  const source = path.join(component, SOURCE);
  const given = ['--target=xtensa', '-Werror', `-I${path.join(CHECK, 'standin')}`, CHIP, ...defines];
  await compile(CLANG, [...given, '-c', source, '-o', clang]);
  await compile(CLANG, [...given, '-E', '-P', source, '-o', text]);
  await compile(GNU_AS, ['--fatal-warnings', text, '-o', gnu]);
  return { clang, gnu };
}

const CHIP = '-DCONFIG_IDF_TARGET_ESP32S3=1';

/** C for the chip with the flags that the component’s CMakeLists.txt sets, into one object each. */
async function compileC(
  sources: readonly string[],
  folder: string,
  options: readonly string[],
): Promise<string[]> {
  const attributes = (XTENSA_TARGETS.esp32s3?.features ?? []).map((name) => `+${name}`).join(',');
  const objects = [];
  for (const source of sources) {
    const base = path.join(folder, path.basename(source, '.c'));
    const sections = ['-ffunction-sections', '-fdata-sections'];
    const args = [
      ...options,
      '-ffp-contract=off',
      '-fno-strict-aliasing',
      '-fomit-frame-pointer',
      ...sections,
    ];
    await compile(CLANG, [...args, '-S', source, '-o', `${base}.clang.s`]);
    await writeFile(`${base}.s`, moveLiterals(await readFile(`${base}.clang.s`, 'utf8')));
    const assembler = ['-triple=xtensa', `-mattr=${attributes}`, '-filetype=obj'];
    await compile(LLVM_MC, [...assembler, `${base}.s`, '-o', `${base}.o`]);
    objects.push(`${base}.o`);
  }
  return objects;
}

/**
 * Links the kernels’ test with the component’s vector loops and the start-up of the firmware’s board.
 * @param loops the object of the loops
 * @returns the program, an ELF file
 */
export async function buildVectorCheck(component: string, folder: string, loops: string): Promise<string> {
  const inside = async (name: string): Promise<string> => {
    const place = path.join(folder, name);
    await mkdir(place, { recursive: true });
    return place;
  };
  const files = await listFiles(ROOT, (name: string) => /^device-runtime\/.*\.[cs]$/.test(name));
  const isBoards = (name: string): boolean =>
    [BOARD_FILES, SHARED_BOARD_FILES].some((place) => name.startsWith(place)) && !name.includes('/pie/');
  const isRuntimes = (name: string): boolean => name.startsWith('device-runtime/xtensa/runtime/');
  const board = await compileXtensa('esp32s3', files.filter(isBoards), await inside('board'));
  const runtime = await compileXtensa('esp32s3', files.filter(isRuntimes), await inside('runtime'));
  const given = [...flagsOf('esp32s3', component), '-Wno-unused-function'];
  const packed = (name: string): string => path.join(component, 'src', name);
  const own = ['kernels_pie', 'products', 'products_int4'].map((name) =>
    packed(`boards/esp32s3/pie/${name}.c`),
  );
  const engine = (
    await listFiles(ROOT, (name: string) =>
      /^device-runtime\/engine\/(kernels_\w+|status|numerics|crc32)\.c$/.test(name),
    )
  ).map((name: string) => packed(`engine/${path.basename(name)}`));
  const kernels = await compileC(
    [...own, packed('llm_kernels.c'), ...engine],
    await inside('kernels'),
    given,
  );
  const check = await compileC(
    [path.join(CHECK, 'vector_check.c'), path.join(ROOT, 'device-runtime/host/test_kernels.c')],
    await inside('check'),
    [...given, `-DSHARE=${SHARE}u`, '-Dmain=kernels_test_main', '-Wno-missing-prototypes'],
  );
  const program = path.join(folder, 'vector-check.elf');
  const objects = [...board, ...runtime, ...kernels, ...check, loops];
  await linkXtensa(objects, `${BOARD_FILES}esp32s3.ld`, program, {
    _most_bytes: MOST_BYTES,
    _mapped_crc: NOTHING_MAPPED,
  });
  return program;
}

/** What the program says until it is done, line by line. */
export async function runVectorCheck(program: string): Promise<string[]> {
  const board = findBoard('esp32-s3-n8r8');
  const firmware = firmwareFromElf(new Uint8Array(await readFile(program)), 'vector-check.elf');
  const image = assembleFlashImage(await planFlashImage(firmware, board, 0), new Uint8Array());
  const { flashBytes, psramKind, psramBytes } = board;
  const core = await makeEmulatorCore(await emulatorModule(), image, {
    board: { flashBytes, psramKind, psramBytes },
    timing: false,
    speed: 'flat',
  });
  let said = '';
  while (!said.includes('done\r\n')) {
    const stopped = core.run(LOOK);
    said += Buffer.from(core.read()).toString('latin1');
    assert.equal(stopped?.text, undefined, said);
    assert.ok(core.seconds < PATIENCE, `not done after ${PATIENCE} emulated seconds:\n${said}`);
  }
  core.free();
  return said.split('\r\n');
}
