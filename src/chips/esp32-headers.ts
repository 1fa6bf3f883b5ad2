/**
 * Where the pins of boards with an ESP32 are led to, as one sees them from above with the USB socket below. Sources: Espressif's
 * user guide of ESP32-DevKitC V4 (J2 and J3) and the datasheet of ESP32-WROOM-32 (pin layout).
 */
import type { BoardHeader } from './pins.js';

const DEVKITC: BoardHeader = {
  left: ['3V3', 'EN', 36, 39, 34, 35, 32, 33, 25, 26, 27, 14, 12, 'GND', 13, 9, 10, 11, '5V'],
  right: ['GND', 23, 22, 1, 3, 21, 'GND', 19, 18, 5, 17, 16, 4, 0, 2, 15, 8, 7, 6],
};

/** Along its sides; what is at its lower edge stands below them. */
const WROOM_32: BoardHeader = {
  left: ['GND', '3V3', 'EN', 36, 39, 34, 35, 32, 33, 25, 26, 27, 14, 12, 'GND', 13, 9, 10, 11],
  right: ['GND', 23, 22, 1, 3, 21, 'NC', 19, 18, 5, 17, 16, 4, 0, 2, 15, 8, 7, 6],
};

/** By board id, as far as they are known. */
export const ESP32_HEADERS: ReadonlyMap<string, BoardHeader> = new Map([
  ['esp32-wroom-32', WROOM_32],
  ['esp32-wroom-32-n8', WROOM_32],
  ['esp32-wroom-32-n16', WROOM_32],
  ['esp32-devkitc-v4', DEVKITC],
]);
