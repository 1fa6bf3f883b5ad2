// C and assembler to Xtensa objects and programs with Debian's packages alone: clang writes assembler text, the
// constants in it are moved (xtensa-assembly.mjs), llvm-mc makes the object, binutils' linker for another Xtensa
// core joins them. docs/xtensa.md says why each step is as it is.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { listFiles } from './files.mjs';
import { ROOT, runOrThrow } from './run.mjs';
import { CLANG, LLVM_MC, LLVM_NM, XTENSA_LD } from './toolchain.mjs';
import { moveLiterals, narrowInstructions } from './xtensa-assembly.mjs';
import { XTENSA_TARGETS } from './xtensa-target.mjs';

/**
 * Exact float (no fused or reassociated operations), no library, tensors read in place as what they are. Sections
 * per function let the linker drop what is not called.
 */
const C_FLAGS = [
  '-std=c11',
  '-fomit-frame-pointer',
  '-ffreestanding',
  '-ffp-contract=off',
  '-fno-strict-aliasing',
  '-ffunction-sections',
  '-fdata-sections',
  '-Wall',
  '-Wextra',
  '-Wswitch-enum',
  '-Werror',
];

/**
 * Files whose code must be fast: what runs for every token or over every byte of a package. Everything else must be
 * small, as RAM that holds code holds no model. The bits of results are the same either way.
 */
const FAST =
  /^device-runtime\/(engine\/(attention|crc32|kernels_common|sampler)\.c|xtensa\/runtime\/memory\.c|boards\/\w+\/(mac16\/|pie\/|second_core\.c))/;
const SMALL = ['-Oz', '-mllvm', '-inline-threshold=0'];
const optimization = (source) => (FAST.test(source) ? ['-O2'] : SMALL);

/** What the boards with Xtensa cores share; it takes from the folder of the chip what differs. */
const SHARED_BOARD = 'device-runtime/boards/xtensa/';
const chipFolders = (target, source) =>
  source.startsWith(SHARED_BOARD) ? [`-Idevice-runtime/boards/${target}`] : [];

/** Said in a manifest; together with {@link XTENSA_TARGETS} it is all that the compilers are told. */
export const XTENSA_FLAGS = [
  `${CLANG} --target=xtensa -S -O2 ${C_FLAGS.join(' ')}`,
  `${CLANG} --target=xtensa -S ${SMALL.join(' ')} ${C_FLAGS.join(' ')}`,
];

/**
 * What the linker is told. Relaxation would rewrite instructions as the core that this linker was made for has them;
 * local labels and debugging information are left out, the names of all functions stay.
 */
export const LINK_FLAGS = [
  '--no-relax',
  '--gc-sections',
  '--fatal-warnings',
  '--strip-debug',
  '--discard-locals',
  // Whether the stack may hold code is a question of systems that have one.
  '-znoexecstack',
];

/** Kernels beside the engine, by target. */
const KERNELS = { 'qemu-mac16': 'device-runtime/boards/esp32/mac16/' };

/** The engine and the routines that compiled code calls: what every program for Xtensa contains. */
export async function portableSources(target = '') {
  const folders = ['device-runtime/engine/', 'device-runtime/xtensa/runtime/'];
  const kernels = KERNELS[target];
  return listFiles(
    ROOT,
    (name) =>
      (name.endsWith('.c') && folders.some((folder) => name.startsWith(folder))) ||
      (kernels !== undefined && name.startsWith(kernels) && /\.[cs]$/.test(name)),
  );
}

/**
 * The portable sources as objects, for a program that brings its own start and its own link script.
 * @param {keyof typeof XTENSA_TARGETS} target
 * @param {string} folder absolute; made when missing
 * @returns {Promise<string[]>} the objects
 * @throws {Error} naming the symbols, when the sources call something that no file of them has
 */
export async function buildObjects(target, folder) {
  const objects = await compileXtensa(target, await portableSources(target), folder);
  const missing = await missingSymbols(objects);
  if (missing.length > 0) {
    throw new Error(`${target}: the engine calls what nothing defines: ${missing.join(', ')}`);
  }
  return objects;
}

/**
 * The programs `engine-check` and `runtime-check` (device-runtime/check, device-runtime/xtensa/check), for
 * qemu-xtensa -cpu {@link QEMU_CPU}.
 * @param {string} folder absolute; made when missing
 * @param {keyof typeof XTENSA_TARGETS} target one of those for QEMU
 * @returns {Promise<string[]>} the programs
 */
export async function buildCheckPrograms(folder, target = 'qemu') {
  const check = (file) => `device-runtime/xtensa/check/${file}`;
  const anywhere = (file) => `device-runtime/check/${file}`;
  const objects = path.join(folder, 'objects');
  const portable = await buildObjects(target, objects);
  const shared = await compileXtensa(
    target,
    [check('start.s'), check('linux.c'), anywhere('check.c')],
    objects,
  );
  const programs = [];
  for (const [source, name] of [
    [anywhere('engine_check.c'), 'engine-check'],
    [check('runtime_check.c'), 'runtime-check'],
  ]) {
    const main = await compileXtensa(target, [source], objects);
    const program = path.join(folder, name);
    await linkXtensa([...shared, ...main, ...portable], check('program.ld'), program);
    programs.push(program);
  }
  return programs;
}

/**
 * Compiles files into a folder, one object each.
 * @param {keyof typeof XTENSA_TARGETS} target
 * @param {readonly string[]} sources `.c` and `.s`, relative to the repository's root; base names are distinct
 * @param {string} folder absolute; made when missing
 * @returns {Promise<string[]>} the objects' absolute paths, in the order of the sources
 * @throws {Error} with the compiler's own words
 */
export async function compileXtensa(target, sources, folder) {
  await mkdir(folder, { recursive: true });
  const objects = [];
  for (const source of sources) objects.push(await compileOne(target, source, folder));
  return objects;
}

async function compileOne(target, source, folder) {
  const { features, defines = [] } = XTENSA_TARGETS[target];
  const base = path.join(folder, path.basename(source, path.extname(source)));
  if (source.endsWith('.c')) {
    const options = features.flatMap((name) => ['-Xclang', '-target-feature', '-Xclang', `+${name}`]);
    // The path is relative, so that no folder of this machine gets into the object.
    const args = [
      '--target=xtensa',
      ...optimization(source),
      ...C_FLAGS,
      ...options,
      ...defines.map((name) => `-D${name}`),
      ...chipFolders(target, source),
      '-S',
      source,
      '-o',
      `${base}.clang.s`,
    ];
    await runOrThrow(CLANG, args, { quiet: true });
  }
  const text = await readFile(source.endsWith('.c') ? `${base}.clang.s` : path.join(ROOT, source), 'utf8');
  let moved;
  try {
    moved = moveLiterals(source.endsWith('.c') ? narrowInstructions(text) : text);
  } catch (error) {
    throw new Error(`${source}: ${error.message}`, { cause: error });
  }
  await writeFile(`${base}.moved.s`, moved);
  const attributes = features.map((name) => `+${name}`).join(',');
  const args = [
    '-triple=xtensa',
    `-mattr=${attributes}`,
    // Macros that several files share lie beside them.
    `-I${path.join(ROOT, path.dirname(source))}`,
    ...chipFolders(target, source),
    '-filetype=obj',
    `${base}.moved.s`,
    '-o',
    `${base}.o`,
  ];
  await runOrThrow(LLVM_MC, args, { quiet: true });
  return `${base}.o`;
}

/**
 * Links objects into a program, without what its entry does not reach.
 * @param {readonly string[]} objects
 * @param {string} script link script, relative to the repository's root
 * @param {string} output absolute
 * @param {Readonly<Record<string, number>>} symbols values that script and objects may use, by name
 * @throws {Error} with the linker's own words
 */
export async function linkXtensa(objects, script, output, symbols = {}) {
  const values = Object.entries(symbols).map(([name, value]) => `--defsym=${name}=0x${value.toString(16)}`);
  await runOrThrow(XTENSA_LD, [...LINK_FLAGS, ...values, '-T', script, '-o', output, ...objects], {
    quiet: true,
  });
}

/**
 * The symbols of a linked program.
 * @param {string} program absolute
 * @returns {Promise<Map<string, number>>} address by name; of several local ones with a name, the last
 */
export async function programSymbols(program) {
  const rows = await symbolRows(program);
  return new Map(rows.map(([name, , value]) => [name, parseInt(value, 16)]));
}

/**
 * How many bytes the symbols of a linked program stand for.
 * @param {string} program absolute
 * @returns {Promise<Map<string, number>>} bytes by name, for symbols that have a size
 */
export async function symbolSizes(program) {
  const rows = (await symbolRows(program)).filter(([, , , size]) => size !== undefined && size !== '');
  return new Map(rows.map(([name, , , size]) => [name, parseInt(size, 16)]));
}

/** Name, kind, address and size of each symbol, the last two in hexadecimal. */
async function symbolRows(program) {
  const output = await runOrThrow(LLVM_NM, ['--defined-only', '--format=posix', program], { quiet: true });
  return output
    .split('\n')
    .map((line) => line.split(' '))
    .filter((row) => row.length >= 3);
}

/**
 * Names that objects call or read and none of them defines: what a program must add, sorted.
 * @param {readonly string[]} objects
 * @returns {Promise<string[]>}
 */
export async function missingSymbols(objects) {
  const defined = new Set(await symbols(objects, '--defined-only'));
  const wanted = await symbols(objects, '--undefined-only');
  return [...new Set(wanted)].filter((name) => !defined.has(name)).sort();
}

async function symbols(objects, which) {
  const output = await runOrThrow(LLVM_NM, [which, '--extern-only', '--format=just-symbols', ...objects], {
    quiet: true,
  });
  return output.split('\n').filter((line) => line !== '' && !line.endsWith(':'));
}
