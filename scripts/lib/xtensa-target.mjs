// What the Xtensa cores that this repository compiles for can do, as options of clang and the assembler.
// Neither knows a core by name beyond the oldest ones, so every option is asked for one by one.

/** The options that Espressif's LX6 and LX7 cores share with QEMU's de233_fpu, and that compiled code may use. */
const COMMON = [
  // 16-bit forms of common instructions
  'density',
  // single-precision floating point; boolean registers take its comparisons
  'fp',
  'bool',
  // zero-overhead loops (hand-written code only: clang makes none)
  'loop',
  // sign extension, leading zeros, minimum and maximum, clamping, multiplication, division
  'sext',
  'nsa',
  'minmax',
  'clamps',
  'mul16',
  'mul32',
  'div32',
  // compare and swap between the two cores
  's32c1i',
  'threadptr',
  // register windows: the calling convention that the mask ROM's functions have too
  'windowed',
  // what start-up and exception code names
  'exception',
  'interrupt',
  'highpriinterrupts',
  'debug',
  'coprocessor',
  'miscsr',
  'prid',
  'rvector',
  'timers3',
];

/**
 * Those of Espressif's cores, LX6 and LX7. The upper half of a 32 x 32-bit product in one instruction (MULUH, MULSH). The
 * registers of the higher interrupt levels are read by the panic. The cores have no data cache of their own, but the
 * register that switches their loop buffer (MEMCTL) comes with that option.
 */
const LX = [
  ...COMMON,
  'mul32high',
  'highpriinterrupts-level3',
  'highpriinterrupts-level4',
  'highpriinterrupts-level5',
  'highpriinterrupts-level6',
  'highpriinterrupts-level7',
  'dcache',
];

/**
 * The targets by name.
 * @type {Readonly<Record<string, {features: readonly string[], about: string, defines?: readonly string[]}>>}
 */
export const XTENSA_TARGETS = {
  esp32s3: { features: LX, about: 'the two cores of the ESP32-S3' },
  // LX6 has everything that compiled code uses of LX7, and products of halves into 40 bits (MAC16), which LX7 lacks. Source: ESP-IDF
  // components/xtensa/esp32/include/xtensa/config/core-isa.h, components/bootloader_support/src/esp32/bootloader_esp32.c.
  esp32: {
    features: [...LX, 'mac16'],
    about: 'the two cores of the ESP32',
    defines: ['APP_CHIP_ESP32'],
  },
  // de233_fpu has no MULUH: 64-bit products come from __muldi3 of device-runtime/xtensa/runtime.
  qemu: { features: COMMON, about: 'qemu-xtensa -cpu de233_fpu, to check against the other builds' },
  'qemu-mac16': { features: [...COMMON, 'mac16'], about: 'the same core with the kernels of the ESP32' },
};

/** QEMU's core with windows, density, single-precision floating point and every other option of `qemu`. */
export const QEMU_CPU = 'de233_fpu';
