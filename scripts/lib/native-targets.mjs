// engine-check (device-runtime/check) for the processors of other chips, by GCC as their makers' tools have it, and how
// it runs in QEMU.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { listFiles } from './files.mjs';
import { ROOT, runApart, runOrThrow } from './run.mjs';
import { ARM_GCC, QEMU_ARM, QEMU_RISCV, RISCV_GCC } from './toolchain.mjs';

/**
 * A processor that the engine is checked on.
 * @typedef {object} Target
 * @property {string} about chips that have it
 * @property {string} compiler
 * @property {readonly string[]} flags
 * @property {readonly string[]} [kernels] sources of inner loops for it, beside the scalar ones
 * @property {readonly string[]} system sources of the start, and how they are linked
 * @property {readonly string[]} qemu the command that runs a program, whose path follows
 */

/** Only the extensions that are named: a program that used another would end with an illegal instruction. */
function riscv(about, isa, abi, extensions) {
  const without = ['a', 'f', 'd'].filter((extension) => !extensions.includes(extension));
  return {
    about,
    compiler: RISCV_GCC,
    flags: [`-march=${isa}`, `-mabi=${abi}`],
    system: ['riscv_start.s', '-Wl,--no-warn-rwx-segments'],
    qemu: [QEMU_RISCV, '-cpu', ['rv32', ...without.map((extension) => `${extension}=false`)].join(',')],
  };
}

/**
 * No unaligned words: GCC would join bytes to such by itself, and the program makes them faults, so that the engine's
 * own would be found. The boards are the ones of QEMU with 16 MB of memory; an M7 stands in for the M0+, which has none.
 */
function cortexM(about, flags, { machine, vectors, memory }, kernels) {
  return {
    about,
    compiler: ARM_GCC,
    flags: ['-mthumb', '-mno-unaligned-access', ...flags],
    kernels,
    system: [
      'cortex_m_start.c',
      '-T',
      'device-runtime/check/cortex_m.ld',
      `-Wl,--defsym=VECTORS=${vectors},--defsym=MEMORY=${memory}`,
    ],
    qemu: [
      QEMU_ARM,
      ...['-machine', machine, '-nographic', '-semihosting-config', 'enable=on,target=native', '-kernel'],
    ],
  };
}

const AN500 = { machine: 'mps2-an500', vectors: '0', memory: '0x60000000' };
const AN505 = { machine: 'mps2-an505', vectors: '0x10000000', memory: '0x80000000' };
const DSP = ['device-runtime/boards/cortex-m/kernels_dsp.c'];

/** @type {Readonly<Record<string, Target>>} */
export const TARGETS = {
  rv32imc: riscv('ESP32-C3', 'rv32imc', 'ilp32', ''),
  rv32imac: riscv('ESP32-C6', 'rv32imac', 'ilp32', 'a'),
  rv32imafc: riscv('ESP32-P4', 'rv32imafc', 'ilp32f', 'af'),
  'cortex-m0plus': cortexM('RP2040', ['-mcpu=cortex-m0plus'], AN500),
  'cortex-m33': cortexM('RP2350', ['-mcpu=cortex-m33', '-mfloat-abi=hard', '-mfpu=fpv5-sp-d16'], AN505, DSP),
  'cortex-m7': cortexM(
    'STM32F7, STM32H7, i.MX RT',
    ['-mcpu=cortex-m7', '-mfloat-abi=hard', '-mfpu=fpv5-d16'],
    AN500,
    DSP,
  ),
};

/** What decides the bits (docs/decisions/0002), then what the freestanding program needs. */
const FLAGS = [
  '-std=c11',
  '-ffp-contract=off',
  '-fno-strict-aliasing',
  '-ffreestanding',
  '-ffunction-sections',
  '-fdata-sections',
  // Its own memcpy would be made a call of memcpy.
  '-fno-tree-loop-distribute-patterns',
  '-Wall',
  '-Wextra',
  '-Wswitch-enum',
  '-Werror',
];

/**
 * Builds engine-check for one target.
 * @param {keyof typeof TARGETS} name
 * @param {string} folder absolute; made when missing
 * @param {string} [optimize]
 * @returns {Promise<{program: string, engine: string[]}>} the program and the objects of the engine with the kernels
 * @throws {Error} with the compiler's own words
 */
export async function buildTarget(name, folder, optimize = '-O2') {
  const { compiler, flags, kernels = [], system } = TARGETS[name];
  const objects = path.join(folder, 'objects');
  await mkdir(objects, { recursive: true });
  const engine = await listFiles(ROOT, (file) => /^device-runtime\/engine\/\w+\.c$/.test(file));
  const sources = [...engine, ...kernels].map((file) => path.join(ROOT, file));
  // One call for all files: what it writes lies where it is called.
  const all = [...flags, ...FLAGS, optimize];
  await runOrThrow(compiler, [...all, '-c', ...sources], { cwd: objects, quiet: true });
  const made = sources.map((file) => path.join(objects, path.basename(file).replace(/\.c$/, '.o')));
  const check = ['check.c', 'engine_check.c', 'semihosting.c', system[0]].map(
    (file) => `device-runtime/check/${file}`,
  );
  const program = path.join(folder, 'engine-check');
  const link = ['-nostdlib', '-static', '-Wl,--gc-sections', ...system.slice(1)];
  const rest = [...check, 'device-runtime/xtensa/runtime/memory.c'];
  await runOrThrow(compiler, [...all, ...link, ...rest, ...made, '-lgcc', '-o', program], { quiet: true });
  return { program, engine: made };
}

/**
 * Runs engine-check of a target.
 * @param {keyof typeof TARGETS} name
 * @param {string} folder where {@link buildTarget} built it
 * @param {readonly string[]} args paths among them absolute
 * @param {readonly string[]} [options] of QEMU
 * @returns {Promise<{code: number, output: string, errors: string}>}
 */
export async function runTarget(name, folder, args, options = []) {
  const [qemu, ...rest] = TARGETS[name].qemu;
  // The program finds its arguments there, as QEMU would join them with blanks.
  await writeFile(
    path.join(folder, 'arguments'),
    ['engine-check', ...args].map((word) => `${word}\0`).join(''),
  );
  return runApart(qemu, [...options, ...rest, 'engine-check'], { cwd: folder });
}
