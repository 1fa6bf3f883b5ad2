/**
 * The pins of the ESP32 that answers may not touch. Sources: the ESP32 datasheet (pin overview, strapping pins) and those of
 * ESP32-WROOM-32 and ESP32-WROVER; ESP-IDF `components/soc/esp32/include/soc/io_mux_reg.h` and `gpio_pins.h`. The firmware holds
 * to the same list.
 */
import type { PinFacts, ReservedPins } from './pins.js';

const RESERVED: readonly ReservedPins[] = [
  {
    first: 0,
    last: 0,
    code: 'strapping',
    reason: 'decides at a reset whether the chip starts or waits for a download (strapping pin)',
  },
  { first: 1, last: 1, code: 'console', reason: 'is the console on UART0' },
  {
    first: 2,
    last: 2,
    code: 'strapping',
    reason: 'must not be high at a reset, or the chip takes no download (strapping pin)',
  },
  { first: 3, last: 3, code: 'console', reason: 'is the console on UART0' },
  {
    first: 6,
    last: 11,
    code: 'memory',
    reason: 'carries the flash, from which the model is read, and PSRAM',
  },
  {
    first: 12,
    last: 12,
    code: 'strapping',
    reason: 'decides at a reset how many volts the flash gets (strapping pin)',
  },
  { first: 20, last: 20, code: 'absent', reason: 'does not exist' },
  { first: 24, last: 24, code: 'absent', reason: 'does not exist' },
  { first: 28, last: 31, code: 'absent', reason: 'does not exist' },
  { first: 34, last: 39, code: 'input', reason: 'can only be read' },
];

export const ESP32_PINS: PinFacts = {
  count: 40,
  reserved: RESERVED,
  psram: { quad: { first: 16, last: 17, code: 'psram', reason: 'carries the PSRAM of this board' } },
  lights: new Map(),
};
