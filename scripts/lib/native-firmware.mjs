// Builds a board's firmware: the engine, the application and the start-up linked into one ELF file, which becomes the
// first part of a flash image. Says what it takes of the chip's RAM.
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DEFAULT_CHIP } from './chips.mjs';
import { listFiles } from './files.mjs';
import { FIRMWARE_LAYOUTS } from './firmware-layouts.mjs';
import {
  compileXtensa,
  LINK_FLAGS,
  linkXtensa,
  programSymbols,
  symbolSizes,
  XTENSA_FLAGS,
} from './native-xtensa.mjs';
import { ROOT } from './run.mjs';
import { XTENSA_TARGETS } from './xtensa-target.mjs';

const BOARDS = 'device-runtime/boards/';
/** What all boards with Xtensa cores have. */
const SHARED_BOARD = `${BOARDS}xtensa/`;
const boardOf = (target) => `${BOARDS}${target}/`;
const SELFTEST = 'device-runtime/selftest/';
const APP = 'device-runtime/app/';
const foldersOf = (target) => [
  'device-runtime/engine/',
  APP,
  'device-runtime/xtensa/runtime/',
  SHARED_BOARD,
  boardOf(target),
  ...(FIRMWARE_LAYOUTS[target].hasSelftest ? [SELFTEST] : []),
];

/** The chips that there is a firmware for. */
export const FIRMWARE_TARGETS = Object.keys(FIRMWARE_LAYOUTS);
/** Where the firmware is kept for whoever has no compiler. */
export const firmwarePrebuilt = (target) => `device-runtime/prebuilt/${target}`;
/** What a firmware that builds takes at most; plans count on it. */
export const firmwareBudget = (target) => FIRMWARE_LAYOUTS[target].budget;

/** What the tools are told; all of it is in hashed files, and repeated in the manifest for people. */
export const firmwareFlags = (target) => [
  ...XTENSA_FLAGS,
  `features ${XTENSA_TARGETS[target].features.join(' ')}`,
  ...(XTENSA_TARGETS[target].defines ?? []).map((name) => `-D${name}`),
  ...LINK_FLAGS,
];

/** The files whose change makes another firmware: sources, and the scripts that say how they are built. */
export function firmwareSources(target = DEFAULT_CHIP.id) {
  const scripts = [
    'firmware-layouts',
    'native-firmware',
    'native-xtensa',
    'xtensa-assembly',
    'xtensa-target',
  ];
  const isScript = (name) => scripts.some((script) => name === `scripts/lib/${script}.mjs`);
  const folders = foldersOf(target);
  return listFiles(
    ROOT,
    (name) =>
      isScript(name) || (folders.some((folder) => name.startsWith(folder)) && /\.([chs]|inc|ld)$/.test(name)),
  );
}

/**
 * Files whose code and constants stay in flash, which costs no RAM and a microsecond for every 32 bytes that run for the
 * first time: what reads a package, plans its memory, takes what people and programs ask, and makes tokens of a prompt.
 * Nothing that runs between two tokens of a generation, before `mapped.c`, or in a panic; no function that either calls.
 * `test/device/emulator-flash.test.ts` finds what does not belong here.
 */
const COLD = new RegExp(
  `^device-runtime/(${[
    'app/actions_(answer|outputs|section|text)',
    'app/console_(actions|bench|commands|info|input|line|list|messages|start|turn)',
    'app/loader',
    'boards/esp32\\w*/(pins|thermometer)',
    'engine/(chat|float64|grammar_open|memory_plan|package(_\\w+)?|status)',
    'engine/tokenizer(_encode|_forms|_lookup|_machine|_map|_merge|_models|_normal|_split|_unigram|_wordpiece|_words)?',
    'engine/unicode_kinds',
    'selftest/flash_code',
  ].join('|')})\\.c$`,
);

/** The console's state in `device-runtime/app/console_main.c`. */
const CONSOLE_STATE = 'console_state';

/**
 * Bytes of internal RAM that the firmware keeps for itself, and what it leaves.
 * @typedef {object} FirmwareMemory
 * @property {number} sram0 code and constants in the part that only instructions reach
 * @property {number} sram1Code the rest of the code, in the part that data reach too
 * @property {number} data constants and variables with a value
 * @property {number} bss variables that begin as zero, without the console's state
 * @property {number} console the console's state: its queues, and what it knows of model and conversation
 * @property {number} stacks of both cores
 * @property {number} total all of the above that a model could have, with what alignment costs
 * @property {number} budget what it may be, see {@link firmwareBudget}
 * @property {number} heap what is left to model, cache and the console's prompt, in one piece
 * @property {number} flash constants that stay in flash and take no RAM
 * @property {number} flashCode code that does
 */

/** What the self-test has in place of the application and of the first C function of the firmware. */
const isFirmwares = (name) => !name.startsWith(SELFTEST);
const isSelftests = (name) =>
  name.startsWith(APP)
    ? name === `${APP}app_format.c`
    : ![`${boardOf(DEFAULT_CHIP.id)}main.c`, `${SHARED_BOARD}application.c`].includes(name);
/** The self-test runs no model; its start-up must still be able to lie where the firmware's does. */
const SELFTEST_MOST_BYTES = 192 * 1024;

/**
 * Writes `firmware.elf`, and `selftest.elf` where the chip has one, into `output`.
 * @param {string} output absolute; made when missing
 * @param {string} target the chip's id
 * @returns {Promise<{memory: FirmwareMemory}>} for the manifest
 * @throws {Error} with the tools' own words, or when the firmware takes too much RAM
 */
export async function buildFirmware(output, target = DEFAULT_CHIP.id) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'firmware-objects-'));
  const budget = firmwareBudget(target);
  try {
    await mkdir(output, { recursive: true });
    const program = path.join(output, 'firmware.elf');
    const objects = await compileAll(target, folder);
    const those = (isPart) => objects.filter(([source]) => isPart(source)).map(([, object]) => object);
    await linkChecked(target, those(isFirmwares), program);
    if (FIRMWARE_LAYOUTS[target].hasSelftest) {
      await linkChecked(target, those(isSelftests), path.join(output, 'selftest.elf'), {
        _most_bytes: SELFTEST_MOST_BYTES,
      });
    }
    const memory = await firmwareMemory(program, target);
    if (memory.total > budget) {
      throw new Error(
        `the firmware takes ${memory.total} bytes of RAM, more than ${budget}: ${JSON.stringify(memory)}`,
      );
    }
    return { memory };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The symbol by which the link script and `mapped.c` know the checksum of what stays in flash. */
const CHECKSUM = '_mapped_crc';
/** First a mark and the checksum, of all that follows. */
const MAPPED_PREFIX_BYTES = 8;
/** Below all addresses that something can be loaded to. */
const MEMORY_BEGIN = 0x3000_0000;

/** The checksum of what stays in flash is a constant of the code that checks it; it changes no address. */
async function linkChecked(target, objects, program, symbols = {}) {
  const script = `${boardOf(target)}${target}.ld`;
  await linkXtensa(objects, script, program, { ...symbols, [CHECKSUM]: 0 });
  const checksum = await mappedChecksum(program);
  await linkXtensa(objects, script, program, { ...symbols, [CHECKSUM]: checksum });
  if ((await mappedChecksum(program)) !== checksum) throw new Error('what stays in flash knows its checksum');
}

async function mappedChecksum(program) {
  const elf = await readFile(program);
  const segments = [];
  for (let index = 0; index < elf.readUInt16LE(44); index++) {
    const header = elf.readUInt32LE(28) + 32 * index;
    const [type, offset, , address, length] = [0, 4, 8, 12, 16].map((at) => elf.readUInt32LE(header + at));
    // Physical addresses below all memory are offsets in flash.
    if (type === 1 && length > 0 && address < MEMORY_BEGIN)
      segments.push({ address, bytes: elf.subarray(offset, offset + length) });
  }
  segments.sort((a, b) => a.address - b.address);
  return crc32(Buffer.concat(segments.map(({ bytes }) => bytes)).subarray(MAPPED_PREFIX_BYTES));
}

/** CRC-32 of IEEE 802.3, as `s3lm_crc32` computes it. */
function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/**
 * Sources with their objects. Base names repeat over the folders, so each folder's objects lie apart. They are linked in
 * the order that they would have if what the boards share lay in the board's own folder.
 */
async function compileAll(target, folder) {
  const sources = (await firmwareSources(target)).filter((name) => /\.[cs]$/.test(name));
  const objects = [];
  for (const place of new Set(sources.map((name) => path.dirname(name)))) {
    const names = sources.filter((name) => path.dirname(name) === place);
    const made = await compileXtensa(target, names, path.join(folder, place));
    for (const [index, object] of made.entries()) {
      const named = COLD.test(names[index]) ? object.replace(/\.o$/, '.cold.o') : object;
      if (named !== object) await rename(object, named);
      objects.push([names[index], named]);
    }
  }
  const placed = (name) => {
    const [, place, file] = /^(.*)\/(.*)$/.exec(name.replace(SHARED_BOARD, boardOf(target)));
    return `${place}\0${file}`;
  };
  return objects.sort(([a], [b]) => (placed(a) < placed(b) ? -1 : 1));
}

/**
 * What a linked firmware takes of the internal RAM, from the borders that its link script names.
 * @param {string} program absolute
 * @param {string} target the chip's id
 * @returns {Promise<FirmwareMemory>}
 */
export async function firmwareMemory(program, target = DEFAULT_CHIP.id) {
  const { code, data, isCodeInModelsMemory } = FIRMWARE_LAYOUTS[target];
  const symbols = await programSymbols(program);
  const at = (name) => {
    const value = symbols.get(name);
    if (value === undefined) throw new Error(`${path.basename(program)} has no symbol ${name}`);
    return value;
  };
  const codeEnd = at('_text_end');
  const heapBegin = at('_heap_begin');
  const sram0 = Math.min(codeEnd, code.end) - code.begin;
  const console = (await symbolSizes(program)).get(CONSOLE_STATE) ?? 0;
  if (console === 0) throw new Error(`${path.basename(program)} has no symbol ${CONSOLE_STATE} with a size`);
  return {
    sram0,
    sram1Code: Math.max(0, codeEnd - code.end),
    data: at('_data_end') - at('_data_begin'),
    bss: at('_bss_end') - at('_bss_begin') - console,
    console,
    stacks: at('_stack1_top') - at('_stack0_bottom'),
    total: (isCodeInModelsMemory ? sram0 : 0) + heapBegin - data.begin,
    budget: firmwareBudget(target),
    heap: at('_heap_end') - heapBegin,
    flash: at('_mapped_end') - at('_mapped_begin') + MAPPED_PREFIX_BYTES,
    flashCode: at('_mapped_code_end') - at('_mapped_code_begin'),
  };
}
