/**
 * The ESP32-S3: two Xtensa LX7 cores with vector instructions, 512 KiB of SRAM, up to 16 MiB of quad flash.
 *
 * Sources: ESP-IDF `components/soc/esp32s3` (`soc.h`) and `bootloader.memory.ld.in`; the memory map of esptool's
 * `targets/esp32s3.py`; the ESP32-S3 datasheet. How a host reaches it: `esp32s3-device.ts`.
 */
import type { Chip } from './chip.js';

const KiB = 1024;
const MiB = 1024 * KiB;

export const ESP32S3: Chip = {
  id: 'esp32s3',
  name: 'ESP32-S3',
  architecture: 'xtensa',
  cores: 2,
  hertz: 240e6,
  vectorBytes: 16,
  // SRAM1, the half of SRAM2 that a 32 KiB data cache leaves, the half of SRAM0 that a 16 KiB instruction cache leaves.
  sramBytes: (416 + 32 + 16) * KiB,
  // Of 70 KiB that it may have, 1 is kept for later work: whoever needs it raises this knowingly. Guesses at tokens
  // took 2 (docs/decisions/0054), reading ahead of use and the loops of attention 2 (0053), grammars and actions 2 (0056, 0057),
  // loops for short rows 1 (0058).
  firmwareSramBytes: 69 * KiB,
  // Sequential reads through a data cache with 64-byte lines. Octal PSRAM at 80 MHz is a published measurement
  // (project-x51/esp32-s3-memorycopy issue 2); quad PSRAM and flash follow from the same line-fill model and are estimates
  // until a board reports its own.
  readRates: {
    // A core loads one vector of 16 bytes a cycle.
    sram: 7.68e9,
    // 64 B / (103 + 64 · 6 cycles of 240 MHz): fitted to a published time of random rows, four lines at 80 MHz.
    flash: 31.62e6,
    psram: {
      // 64 B / (71 + 64 · 6 cycles), estimate.
      quad: 33.8e6,
      // 64 B / (77 + 64 · 1.5 cycles).
      octal: 88.8e6,
    },
  },
  dataCacheBytes: 32 * KiB,
  // Fitted to the emulator's modelled cycles, all at once, by least squares of relative errors (bench/fit-speed.ts): synthetic
  // shapes in SRAM, quad and octal PSRAM and flash, INT8 by channel and in groups, inputs and caches of all kinds, each with an
  // empty, a half and a full context. 117 figures are met within 19 %, with a root mean square of 5 %: farthest off are inputs in
  // groups and what is read for a model that nearly fits SRAM and the data cache. Those of INT4 are of a fit with trained models and
  // INT4 as well. They are not measured on silicon.
  cycles: {
    perProduct: 0.09,
    perRow: 0,
    perWideProduct: 0.103,
    perGroupSum: 9.09,
    perScaledGroup: 33.3,
    perWeightGroup: 18.3,
    perShortGroup: 12,
    perInt4Row: 27.9,
    perInt4Padding: 0.0819,
    perInt4Group: 0.598,
    perLayer: 20_700,
    perScore: 8.5,
    perInt8Element: 1.73,
    perInt16Element: 1.76,
    perK16v8Element: 1.61,
    perFloat32Element: 5.04,
    perToken: 39_400,
    waitingShare: 1,
    cacheWaitingShare: 0.75,
  },
  memory: {
    regions: [
      { kind: 'padding', begin: 0x0000_0000, end: 0x0001_0000, executable: false },
      { kind: 'flash-data', begin: 0x3c00_0000, end: 0x3e00_0000, executable: false },
      { kind: 'dram', begin: 0x3fc8_8000, end: 0x3fd0_0000, executable: false },
      { kind: 'iram', begin: 0x4037_0000, end: 0x403e_0000, executable: true },
      { kind: 'flash-code', begin: 0x4200_0000, end: 0x4400_0000, executable: true },
      { kind: 'rtc-slow', begin: 0x5000_0000, end: 0x5000_2000, executable: false },
      { kind: 'rtc-fast', begin: 0x600f_e000, end: 0x6010_0000, executable: true },
    ],
    // SRAM1. SRAM0 before it is seen by instructions alone, SRAM2 behind it by data alone.
    views: [{ code: 0x4037_8000, data: 0x3fc8_8000, bytes: 416 * KiB }],
    reserved: [
      // The lower half of SRAM0.
      { begin: 0x4037_0000, end: 0x4037_4000, reason: 'the instruction cache takes that memory' },
      // ESP-IDF's bootloader ends below, too.
      {
        begin: 0x3fce_9700,
        end: 0x3fcf_0000,
        reason: 'the mask ROM keeps its stacks and data there while it loads',
      },
      // The upper half of SRAM2.
      { begin: 0x3fcf_8000, end: 0x3fd0_0000, reason: 'the data cache takes that memory' },
    ],
    // The buffers of the mask ROM's download mode begin where it ends.
    quiet: { begin: 0x3fc8_8000, end: 0x3fcd_7e00 },
    mmuPageBytes: 64 * KiB,
    windows: {
      // SRAM1 and the half of SRAM2 that the data cache leaves.
      sram: { begin: 0x3fc8_8000, end: 0x3fcf_8000 },
      flash: { begin: 0x3c00_0000, end: 0x3d00_0000 },
      psram: { begin: 0x3d00_0000, end: 0x3e00_0000 },
    },
  },
  image: {
    chipId: 9,
    offset: 0,
    flashFrequencies: [
      { megahertz: 80, code: 15 },
      { megahertz: 40, code: 0 },
      // 80 MHz divided by three.
      { megahertz: 26, code: 1 },
      { megahertz: 20, code: 2 },
    ],
    bootMegahertz: 80,
    largestFlashBytes: 16 * MiB,
    // Modules with octal flash, which the firmware does not drive, end here.
    largestFileBytes: 32 * MiB,
  },
  firmwareFile: 'firmware.esp32s3.elf',
  selftestFile: 'selftest.esp32s3.elf',
  emulatorFile: 'emulator.wasm',
};
