/**
 * The ESP32: two Xtensa LX6 cores without vector instructions, 520 KiB of SRAM in pieces, flash and PSRAM behind a cache of each
 * core.
 *
 * Sources: ESP-IDF `components/soc/esp32/include/soc/soc.h`, `components/heap/port/esp32/memory_layout.c`,
 * `components/bootloader/subproject/main/ld/esp32/bootloader.memory.ld.in` and `components/esp_rom/esp32/ld/esp32.rom.ld`; the
 * memory map of esptool's `targets/esp32.py`. How a host reaches it: `esp32-device.ts`.
 */
import type { Chip } from './chip.js';

const KiB = 1024;
const MiB = 1024 * KiB;

export const ESP32: Chip = {
  id: 'esp32',
  name: 'ESP32',
  architecture: 'xtensa',
  cores: 2,
  hertz: 240e6,
  vectorBytes: 0,
  // What data sees of SRAM1 and SRAM2 in one piece. Code lies in SRAM0, which takes whole words alone and is no model's.
  sramBytes: 320 * KiB,
  // Data, stacks and the console's state.
  firmwareSramBytes: 25 * KiB,
  // What the bus of external memories gives both caches together, a line of 32 bytes at a time: two cycles of 80 MHz a byte,
  // those of command, address and waiting before them, and the controller's own. The latter is the ESP32-S3's for flash; for PSRAM
  // it is fitted to the only measurement that there is, about 20 MB/s of one core (esp32.com, "PSRAM read-only performance").
  readRates: {
    // A core loads a word a cycle.
    sram: 1.92e9,
    // 32 B / (90 + 32 · 6 cycles of 240 MHz).
    flash: 27.2e6,
    // 32 B / (142 + 32 · 6 cycles).
    psram: { quad: 23e6 },
  },
  // Of both cores: each has 32 KiB.
  dataCacheBytes: 64 * KiB,
  cycles: null,
  memory: {
    regions: [
      { kind: 'padding', begin: 0x0000_0000, end: 0x0001_0000, executable: false },
      { kind: 'flash-data', begin: 0x3f40_0000, end: 0x3f80_0000, executable: false },
      { kind: 'rtc-fast', begin: 0x3ff8_0000, end: 0x3ff8_2000, executable: false },
      { kind: 'dram', begin: 0x3ffa_e000, end: 0x4000_0000, executable: false },
      { kind: 'iram', begin: 0x4007_0000, end: 0x400c_0000, executable: true },
      { kind: 'rtc-fast', begin: 0x400c_0000, end: 0x400c_2000, executable: true },
      { kind: 'flash-code', begin: 0x400d_0000, end: 0x4040_0000, executable: true },
      { kind: 'rtc-slow', begin: 0x5000_0000, end: 0x5000_2000, executable: false },
    ],
    // SRAM1 (`SOC_DIRAM_INVERTED`).
    views: [{ code: 0x400a_0000, data: 0x3ffe_0000, bytes: 128 * KiB, reversed: true }],
    reserved: [
      { begin: 0x3ffa_e000, end: 0x3ffb_0000, reason: 'the mask ROM keeps its data there' },
      // Its data and the stacks of both cores, up to `__stack_app`.
      {
        begin: 0x3ffe_0000,
        end: 0x3ffe_8000,
        reason: 'the mask ROM keeps its stacks and data there while it loads',
      },
      { begin: 0x4007_0000, end: 0x4007_8000, reason: "the first core's cache takes that memory" },
    ],
    quiet: { begin: 0x3ffb_0000, end: 0x3ffe_0000 },
    mmuPageBytes: 64 * KiB,
    windows: {
      sram: { begin: 0x3ffb_0000, end: 0x4000_0000 },
      // Without the last page, where the firmware sees its own constants.
      flash: { begin: 0x3f40_0000, end: 0x3f7f_0000 },
      psram: { begin: 0x3f80_0000, end: 0x3fc0_0000 },
    },
  },
  image: {
    chipId: 0,
    offset: 0x1000,
    flashFrequencies: [
      { megahertz: 80, code: 15 },
      { megahertz: 40, code: 0 },
      // 80 MHz divided by three.
      { megahertz: 26, code: 1 },
      { megahertz: 20, code: 2 },
    ],
    bootMegahertz: 80,
    largestFlashBytes: 16 * MiB,
    largestFileBytes: 16 * MiB,
  },
  firmwareFile: 'firmware.esp32.elf',
  selftestFile: null,
  emulatorFile: 'emulator.esp32.wasm',
};
