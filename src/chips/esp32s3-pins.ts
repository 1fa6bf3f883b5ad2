/**
 * The pins of the ESP32-S3 that answers may not touch, and the lights that boards have. Sources: the ESP32-S3 datasheet (pin
 * overview, strapping pins) and those of the modules; ESP-IDF `components/soc/esp32s3` (`io_mux_reg.h`, `gpio_pins.h`). The
 * firmware holds to the same list (`device-runtime/boards/esp32s3/pins.c`).
 */
import type { BoardLight, PinFacts, ReservedPins } from './pins.js';

const RESERVED: readonly ReservedPins[] = [
  {
    first: 0,
    last: 0,
    code: 'strapping',
    reason: 'decides at a reset whether the chip starts or waits for a download (strapping pin)',
  },
  { first: 3, last: 3, code: 'strapping', reason: 'decides at a reset where JTAG is (strapping pin)' },
  {
    first: 19,
    last: 20,
    code: 'usb',
    reason: 'is a data line of USB, over which the board is flashed and talked to',
  },
  { first: 22, last: 25, code: 'absent', reason: 'does not exist' },
  {
    first: 26,
    last: 32,
    code: 'memory',
    reason: 'carries the flash, from which the model is read, and PSRAM',
  },
  { first: 43, last: 44, code: 'console', reason: 'is the console on UART0' },
  {
    first: 45,
    last: 45,
    code: 'strapping',
    reason: 'decides at a reset how many volts the flash gets (strapping pin)',
  },
  {
    first: 46,
    last: 46,
    code: 'strapping',
    reason: 'decides at a reset how the chip starts (strapping pin)',
  },
];

const OCTAL: ReservedPins = {
  first: 33,
  last: 37,
  code: 'psram',
  reason: 'carries the octal PSRAM of this board',
};

const DEVKITC = { pin: 38, olderPin: 48 };

export const ESP32S3_PINS: PinFacts = {
  count: 49,
  reserved: RESERVED,
  psram: { octal: OCTAL },
  // Sources: Espressif's user guides of ESP32-S3-DevKitC-1 v1.1 and v1.0 and of ESP32-S3-DevKitM-1; arduino-esp32
  // `variants/lolin_s3/pins_arduino.h`.
  lights: new Map<string, BoardLight>([
    ['devkitc-1-n8', DEVKITC],
    ['devkitc-1-n8r2', DEVKITC],
    ['devkitc-1-n8r8', DEVKITC],
    ['devkitc-1-n16r8', DEVKITC],
    ['devkitm-1', { pin: 48, olderPin: null }],
    ['lolin-s3', { pin: 38, olderPin: null }],
  ]),
};
