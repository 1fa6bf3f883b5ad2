// QEMU's Xtensa as a peer of the emulator: the same instructions, as a Linux program.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from './synthetic-model.mjs';

/** Rounds of the loop in the program for QEMU, and in the one for the board, which is never to end. */
const ROUNDS = 1 << 28;
const ENDLESS = 2047 << 20;
/** Instructions of a round, counted in integers.s. */
const INSTRUCTIONS = 9;
/** Where the program lies: in a Linux process, and in the board's RAM on the instruction bus. */
const START = { qemu: '0x10000', board: '0x40378000' };

/**
 * Assembles and links the loop.
 * @param {'qemu' | 'board'} target
 * @returns {string | null} the ELF file; `null` without the assembler
 */
export function buildLoop(target) {
  const source = path.join(path.dirname(fileURLToPath(import.meta.url)), 'integers.s');
  const object = path.join(cacheFolder(), `integers-${target}.o`);
  const program = path.join(cacheFolder(), `integers-${target}.elf`);
  const rounds = target === 'qemu' ? ROUNDS : ENDLESS;
  const steps = [
    ['xtensa-lx106-elf-as', '--defsym', `ROUNDS=${rounds}`, source, '-o', object],
    ['xtensa-lx106-elf-ld', '-Ttext', START[target], '-e', '_start', object, '-o', program],
  ];
  const done = steps.every(([command, ...args]) => spawnSync(command, args).status === 0);
  return done ? program : null;
}

/**
 * @param {string} program from `buildLoop('qemu')`
 * @returns {number | null} instructions per second, the emulator's start included; `null` without QEMU
 */
export function measureQemu(program) {
  const begin = performance.now();
  const { status } = spawnSync('qemu-xtensa', ['-cpu', 'de233_fpu', program]);
  return status === 0 ? (ROUNDS * INSTRUCTIONS) / ((performance.now() - begin) / 1000) : null;
}
