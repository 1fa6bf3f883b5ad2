// Builds the board's firmware: the engine, the application and the start-up linked into one ELF file, which becomes the
// first part of a flash image. Says what it takes of the chip's RAM.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { listFiles } from './files.mjs';
import { compileXtensa, LINK_FLAGS, linkXtensa, programSymbols, XTENSA_FLAGS } from './native-xtensa.mjs';
import { ROOT } from './run.mjs';
import { XTENSA_TARGETS } from './xtensa-target.mjs';

const TARGET = 'esp32s3';
const BOARD = 'device-runtime/boards/esp32s3/';
const LINK_SCRIPT = `${BOARD}esp32s3.ld`;
const FOLDERS = ['device-runtime/engine/', 'device-runtime/app/', 'device-runtime/xtensa/runtime/', BOARD];

/** What the tools are told; all of it is in hashed files, and repeated in the manifest for people. */
export const FIRMWARE_FLAGS = [
  ...XTENSA_FLAGS,
  `features ${XTENSA_TARGETS[TARGET].features.join(' ')}`,
  ...LINK_FLAGS,
];

/** The files whose change makes another firmware: sources, and the scripts that say how they are built. */
export function firmwareSources() {
  const scripts = ['native-firmware', 'native-xtensa', 'xtensa-assembly', 'xtensa-target'];
  const isScript = (name) => scripts.some((script) => name === `scripts/lib/${script}.mjs`);
  return listFiles(
    ROOT,
    (name) =>
      isScript(name) || (FOLDERS.some((folder) => name.startsWith(folder)) && /\.([chs]|inc|ld)$/.test(name)),
  );
}

/** Where SRAM1 is on the data bus, and where code in it is on the instruction bus. */
const SRAM0_BEGIN = 0x40374000;
const SRAM0_END = 0x40378000;
const SRAM1_BEGIN = 0x3fc88000;
/** What the firmware may take of the RAM that a model could have. */
const MAX_BYTES = 96 * 1024;

/**
 * Bytes of internal RAM that the firmware keeps for itself, and what it leaves.
 * @typedef {object} FirmwareMemory
 * @property {number} sram0 code and constants in the part that only instructions reach
 * @property {number} sram1Code the rest of the code, in the part that data reach too
 * @property {number} data constants and variables with a value
 * @property {number} bss variables that begin as zero
 * @property {number} stacks of both cores
 * @property {number} total all of the above, with what alignment costs
 * @property {number} heap what is left to model, cache and buffers, in one piece
 */

/**
 * Writes `firmware.elf` into `output`.
 * @param {string} output absolute; made when missing
 * @returns {Promise<{memory: FirmwareMemory}>} for the manifest
 * @throws {Error} with the tools' own words, or when the firmware takes too much RAM
 */
export async function buildFirmware(output) {
  const objects = await mkdtemp(path.join(os.tmpdir(), 'firmware-objects-'));
  try {
    await mkdir(output, { recursive: true });
    const program = path.join(output, 'firmware.elf');
    await linkXtensa(await compileAll(objects), LINK_SCRIPT, program);
    const memory = await firmwareMemory(program);
    if (memory.total > MAX_BYTES) {
      throw new Error(
        `the firmware takes ${memory.total} bytes of RAM, more than ${MAX_BYTES}: ${JSON.stringify(memory)}`,
      );
    }
    return { memory };
  } finally {
    await rm(objects, { recursive: true, force: true });
  }
}

/** Base names repeat over the folders, so each folder's objects lie apart. */
async function compileAll(folder) {
  const sources = (await firmwareSources()).filter((name) => /\.[cs]$/.test(name));
  const objects = [];
  for (const place of new Set(sources.map((name) => path.dirname(name)))) {
    const names = sources.filter((name) => path.dirname(name) === place);
    objects.push(...(await compileXtensa(TARGET, names, path.join(folder, place))));
  }
  return objects;
}

/**
 * What a linked firmware takes of the internal RAM, from the borders that its link script names.
 * @param {string} program absolute
 * @returns {Promise<FirmwareMemory>}
 */
export async function firmwareMemory(program) {
  const symbols = await programSymbols(program);
  const at = (name) => {
    const value = symbols.get(name);
    if (value === undefined) throw new Error(`${path.basename(program)} has no symbol ${name}`);
    return value;
  };
  const codeEnd = at('_text_end');
  const heapBegin = at('_heap_begin');
  const sram0 = Math.min(codeEnd, SRAM0_END) - SRAM0_BEGIN;
  return {
    sram0,
    sram1Code: Math.max(0, codeEnd - SRAM0_END),
    data: at('_data_end') - at('_data_begin'),
    bss: at('_bss_end') - at('_bss_begin'),
    stacks: at('_stack1_top') - at('_stack0_bottom'),
    total: sram0 + heapBegin - SRAM1_BEGIN,
    heap: at('_heap_end') - heapBegin,
  };
}
