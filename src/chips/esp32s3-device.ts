/**
 * How a host reaches an ESP32-S3. Sources: ESP-IDF `components/soc/esp32s3` (`rtc_cntl_reg.h`, `gpio_reg.h`, `efuse_reg.h`) and
 * `esp_efuse_table.csv`; the ESP32-S3 datasheet for the variants.
 */
import type { DeviceFacts, EfuseField } from './device-facts.js';

const MiB = 1024 * 1024;

/** eFuse words by what they are called in the technical reference manual. */
const EFUSE = {
  repeat1: 0x6000_7034,
  repeat2: 0x6000_7038,
  repeat3: 0x6000_703c,
  macLow: 0x6000_7044,
  macHigh: 0x6000_7048,
  system3: 0x6000_7050,
  system4: 0x6000_7054,
  system5: 0x6000_7058,
  calibration4: 0x6000_706c,
} as const;

function efuse(word: keyof typeof EFUSE, low: number, bits: number): EfuseField {
  return { word: EFUSE[word], low, bits };
}

export const ESP32S3_DEVICE: DeviceFacts = {
  loader: {
    tellsSecurity: true,
    // RTC_CNTL_OPTION1, FORCE_DOWNLOAD_BOOT.
    forceLoader: { address: 0x6000_812c, mask: 1 },
    usb: {
      // The USB-Serial-JTAG unit under Espressif's vendor number.
      vendor: 0x303a,
      product: 0x1001,
      restart: {
        // GPIO_STRAP: GPIO0.
        strap: { address: 0x6000_4038, mask: 1 << 3 },
        watchdog: {
          protect: 0x6000_80b0,
          key: 0x50d8_3aa1,
          config: 0x6000_8098,
          timeout: 0x6000_809c,
          // Enable, stage 0 resets the system, resets of both cores held for 0.2 µs and 1.6 µs: what ESP-IDF's restart writes.
          reset: ((1 << 31) | (5 << 28) | (1 << 8) | 2) >>> 0,
          // Of 136 kHz: 15 ms.
          ticks: 2000,
        },
        superWatchdog: {
          protect: 0x6000_80b8,
          key: 0x8f1d_312a,
          config: 0x6000_80b4,
          autoFeed: 0x8000_0000,
        },
      },
    },
    flashPins: [26, 37],
  },
  efuses: {
    macLow: EFUSE.macLow,
    macHigh: EFUSE.macHigh,
    revision: {
      // WAFER_VERSION_MAJOR and, in two pieces, WAFER_VERSION_MINOR.
      major: [efuse('system5', 24, 2)],
      minor: [efuse('system3', 18, 3), efuse('system5', 23, 1)],
      // Block version 1.1 uses these bits for something else, and all of its chips are v0.0: the minor revision's low bits,
      // BLK_VERSION_MAJOR, BLK_VERSION_MINOR.
      firstWhen: [
        { field: efuse('system3', 18, 3), value: 0 },
        { field: efuse('calibration4', 0, 2), value: 1 },
        { field: efuse('system3', 24, 3), value: 1 },
      ],
    },
    // SPI_BOOT_CRYPT_CNT.
    flashEncryption: efuse('repeat1', 18, 3),
    // SECURE_BOOT_EN.
    secureBoot: efuse('repeat2', 20, 1),
    // FLASH_TYPE.
    octalFlash: efuse('repeat3', 9, 1),
    psram: {
      // PSRAM_CAP, in two pieces. The 8 and 16 MiB chips have eight data lines.
      fields: [efuse('system4', 3, 2), efuse('system5', 19, 1)],
      values: [
        null,
        { bytes: 8 * MiB, kind: 'octal' },
        { bytes: 2 * MiB, kind: 'quad' },
        { bytes: 16 * MiB, kind: 'octal' },
        { bytes: 4 * MiB, kind: 'quad' },
      ],
    },
    psramRevision: null,
  },
};
