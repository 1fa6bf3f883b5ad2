// Where the firmware of each chip lies, as far as its build reckons with it; the link scripts have the same borders.
import { DEFAULT_CHIP, findChip } from './chips.mjs';

/** SRAM1, which code and data reach by different addresses, and the part of SRAM0 before it that is no cache. */
const [SRAM1] = DEFAULT_CHIP.memory.views;
const [CACHE] = DEFAULT_CHIP.memory.reserved;

/**
 * @typedef {object} FirmwareLayout
 * @property {{begin: number, end: number}} code memory that only instructions reach, and where code begins
 * @property {{begin: number}} data where data begin
 * @property {boolean} isCodeInModelsMemory whether code takes memory that counts as the model's
 * @property {number} budget bytes that the firmware may take of the model's memory
 * @property {boolean} hasSelftest
 */

/**
 * By the chip's id.
 * @type {Readonly<Record<string, FirmwareLayout>>}
 */
export const FIRMWARE_LAYOUTS = {
  [DEFAULT_CHIP.id]: {
    code: { begin: CACHE.end, end: SRAM1.code },
    data: { begin: SRAM1.data },
    isCodeInModelsMemory: true,
    budget: DEFAULT_CHIP.firmwareSramBytes,
    hasSelftest: true,
  },
  // Instructions have 128 KiB of their own, of which data could only use whole words.
  esp32: {
    code: { begin: 0x4008_0000, end: 0x400a_0000 },
    data: { begin: 0x3ffb_0000 },
    isCodeInModelsMemory: false,
    budget: findChip('esp32').firmwareSramBytes,
    hasSelftest: false,
  },
};
