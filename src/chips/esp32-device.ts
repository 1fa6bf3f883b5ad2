/**
 * How a host reaches an ESP32. Sources: ESP-IDF `components/efuse/esp32/esp_efuse_table.csv`, `components/hal/esp32/efuse_hal.c`
 * and `components/soc/esp32/include/soc/efuse_defs.h`, `components/esp_psram/esp32/esp_psram_impl_quad.c` for the packages with
 * PSRAM, `components/esp_psram/esp32/Kconfig.spiram` for the revisions.
 */
import type { DeviceFacts, EfuseField } from './device-facts.js';

const MiB = 1024 * 1024;

/** Words of block 0, and the date of the bus, whose highest bit is part of the revision. */
const EFUSE = {
  word0: 0x3ff5_a000,
  word1: 0x3ff5_a004,
  word2: 0x3ff5_a008,
  word3: 0x3ff5_a00c,
  word5: 0x3ff5_a014,
  word6: 0x3ff5_a018,
  date: 0x3ff6_607c,
} as const;

function efuse(word: keyof typeof EFUSE, low: number, bits: number): EfuseField {
  return { word: EFUSE[word], low, bits };
}

export const ESP32_DEVICE: DeviceFacts = {
  loader: {
    tellsSecurity: false,
    forceLoader: null,
    usb: null,
    flashPins: [6, 11],
  },
  efuses: {
    macLow: EFUSE.word1,
    macHigh: EFUSE.word2,
    revision: {
      // CHIP_VER_REV1, CHIP_VER_REV2 and the date's bit, of which each revision sets one more.
      major: [efuse('word3', 15, 1), efuse('word5', 20, 1), efuse('date', 31, 1)],
      majorValues: [0, 1, 0, 2, 0, 0, 0, 3],
      // WAFER_VERSION_MINOR.
      minor: [efuse('word5', 24, 2)],
      firstWhen: [],
    },
    // FLASH_CRYPT_CNT.
    flashEncryption: efuse('word0', 20, 7),
    // ABS_DONE_0 and ABS_DONE_1: either version of it.
    secureBoot: efuse('word6', 4, 2),
    octalFlash: null,
    psram: {
      // CHIP_PACKAGE and its fourth bit: PICO-V3-02 and D0WDR2-V3.
      fields: [efuse('word3', 9, 3), efuse('word3', 2, 1)],
      values: [
        ...[null, null, null, null, null, null],
        { bytes: 2 * MiB, kind: 'quad' },
        { bytes: 2 * MiB, kind: 'quad' },
      ],
    },
    // Older ones lose writes to it, but for programs that a compiler has mended.
    psramRevision: [3, 0],
  },
};
