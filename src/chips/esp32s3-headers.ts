/**
 * Where the pins of boards with an ESP32-S3 are led to, as one sees them from above with the USB socket below. Sources: Espressif's
 * user guides of ESP32-S3-DevKitC-1 (v1.0 and v1.1) and ESP32-S3-DevKitM-1 (J1 and J3), the datasheet of ESP32-S3-WROOM-1 (pin layout), and Seeed Studio's
 * pin map of the XIAO ESP32S3.
 */
import type { BoardHeader } from './pins.js';

const DEVKITC: BoardHeader = {
  left: ['3V3', '3V3', 'RST', 4, 5, 6, 7, 15, 16, 17, 18, 8, 3, 46, 9, 10, 11, 12, 13, 14, '5V', 'GND'],
  right: ['GND', 43, 44, 1, 2, 42, 41, 40, 39, 38, 37, 36, 35, 0, 45, 48, 47, 21, 20, 19, 'GND', 'GND'],
};

/** Along its sides; what is at its lower edge stands below the left side. */
const WROOM_1: BoardHeader = {
  left: ['GND', '3V3', 'EN', 4, 5, 6, 7, 15, 16, 17, 18, 8, 19, 20, 3, 46, 9, 10, 11, 12],
  right: ['GND', 1, 2, 43, 44, 42, 41, 40, 39, 38, 37, 36, 35, 0, 45, 48, 47, 21, 14, 13],
};

const DEVKITM: BoardHeader = {
  left: ['3V3', 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, '5V', 'GND'],
  right: ['GND', 'RST', 46, 45, 44, 43, 42, 41, 40, 39, 38, 37, 36, 35, 34, 33, 26, 21, 20, 19, 48, 47],
};

const XIAO: BoardHeader = {
  left: [44, 7, 8, 9, '3V3', 'GND', '5V'],
  right: [43, 6, 5, 4, 3, 2, 1],
};

const of = (header: BoardHeader, ...ids: string[]): [string, BoardHeader][] => ids.map((id) => [id, header]);

/** By board id, as far as they are known. */
export const ESP32S3_HEADERS: ReadonlyMap<string, BoardHeader> = new Map([
  ...of(
    WROOM_1,
    ...['n4', 'n8', 'n16', 'n4r2', 'n8r2', 'n16r2', 'n4r8', 'n8r8', 'n16r8'].map((id) => `esp32-s3-${id}`),
  ),
  ...of(DEVKITC, 'devkitc-1-n8', 'devkitc-1-n8r2', 'devkitc-1-n8r8', 'devkitc-1-n16r8'),
  ...of(DEVKITM, 'devkitm-1'),
  ...of(XIAO, 'xiao-esp32s3'),
]);
