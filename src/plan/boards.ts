/** The boards that an image can be made for: chip, flash and PSRAM. What their chips can do stands in `src/chips/`. */
import type { Chip, PsramKind } from '../chips/chip.js';
import { ESP32 } from '../chips/esp32.js';
import { ESP32S3 } from '../chips/esp32s3.js';
import { UsageError } from '../shared/errors.js';

export interface Board {
  /** What `--board` takes. */
  readonly id: string;
  readonly name: string;
  readonly chip: Chip;
  /** Bytes of flash. */
  readonly flashBytes: number;
  readonly psramKind: PsramKind;
  /** Bytes of PSRAM, 0 for none. */
  readonly psramBytes: number;
  /** Why no image can be made for it, `null` when it is supported. */
  readonly refused: string | null;
}

const MiB = 1024 * 1024;

/** What the firmware keeps for a prompt and its encoding before it gives SRAM to the cache. */
export const PROMPT_SRAM_BYTES = 12 * 1024;

/** Flash before the model partition: firmware, partition table, settings. */
export const FIRMWARE_FLASH_BYTES = MiB;

/** Kept clear at the end of the flash: flashing tools pad the last block to 16 KiB, which must still be flash. */
export const FLASH_TAIL_BYTES = 16 * 1024;

type ChipBoard = Omit<Board, 'chip'>;

function board(
  id: string,
  name: string,
  flashMiB: number,
  psramKind: PsramKind,
  psramMiB: number,
): ChipBoard {
  return { id, name, flashBytes: flashMiB * MiB, psramKind, psramBytes: psramMiB * MiB, refused: null };
}

function octalFlash(id: string, name: string, flashMiB: number, psramMiB: number): ChipBoard {
  return {
    ...board(id, name, flashMiB, 'octal', psramMiB),
    refused: `${name} has octal flash, which the firmware does not drive. Use a module with quad flash, such as N16R8.`,
  };
}

/**
 * Modules first, then development boards by name. Flash and PSRAM of the modules are those of
 * Espressif's datasheets (ESP32-S3, WROOM-1, WROOM-2, MINI-1); those of the development boards are those of
 * `platformio/platform-espressif32`, `boards/`, and of the vendors' pages.
 */
const ESP32S3_BOARDS: readonly ChipBoard[] = [
  board('esp32-s3-n4', 'ESP32-S3 N4 (4 MB flash)', 4, 'none', 0),
  board('esp32-s3-n8', 'ESP32-S3 N8 (8 MB flash)', 8, 'none', 0),
  board('esp32-s3-n16', 'ESP32-S3 N16 (16 MB flash)', 16, 'none', 0),
  board('esp32-s3-n4r2', 'ESP32-S3 N4R2 (4 MB flash, 2 MB PSRAM)', 4, 'quad', 2),
  board('esp32-s3-n8r2', 'ESP32-S3 N8R2 (8 MB flash, 2 MB PSRAM)', 8, 'quad', 2),
  board('esp32-s3-n16r2', 'ESP32-S3 N16R2 (16 MB flash, 2 MB PSRAM)', 16, 'quad', 2),
  board('esp32-s3-n4r8', 'ESP32-S3 N4R8 (4 MB flash, 8 MB PSRAM)', 4, 'octal', 8),
  board('esp32-s3-n8r8', 'ESP32-S3 N8R8 (8 MB flash, 8 MB PSRAM)', 8, 'octal', 8),
  board('esp32-s3-n16r8', 'ESP32-S3 N16R8 (16 MB flash, 8 MB PSRAM)', 16, 'octal', 8),
  octalFlash('esp32-s3-n16r8v', 'ESP32-S3 N16R8V (16 MB octal flash, 8 MB PSRAM)', 16, 8),
  octalFlash('esp32-s3-n32r8v', 'ESP32-S3 N32R8V (32 MB octal flash, 8 MB PSRAM)', 32, 8),
  octalFlash('esp32-s3-n32r16v', 'ESP32-S3 N32R16V (32 MB octal flash, 16 MB PSRAM)', 32, 16),
  board('devkitc-1-n8', 'ESP32-S3-DevKitC-1 N8', 8, 'none', 0),
  board('devkitc-1-n8r2', 'ESP32-S3-DevKitC-1 N8R2', 8, 'quad', 2),
  board('devkitc-1-n8r8', 'ESP32-S3-DevKitC-1 N8R8', 8, 'octal', 8),
  board('devkitc-1-n16r8', 'ESP32-S3-DevKitC-1 N16R8', 16, 'octal', 8),
  octalFlash('devkitc-1-n32r8v', 'ESP32-S3-DevKitC-1 N32R8V', 32, 8),
  octalFlash('devkitc-1-n32r16v', 'ESP32-S3-DevKitC-1 N32R16V', 32, 16),
  board('devkitm-1', 'ESP32-S3-DevKitM-1', 8, 'none', 0),
  board('esp32-s3-box', 'ESP32-S3-BOX', 16, 'octal', 8),
  board('adafruit-feather-esp32s3', 'Adafruit Feather ESP32-S3 (4 MB flash, 2 MB PSRAM)', 4, 'quad', 2),
  board('adafruit-feather-esp32s3-n8', 'Adafruit Feather ESP32-S3 (8 MB flash)', 8, 'none', 0),
  board('adafruit-qtpy-esp32s3', 'Adafruit QT Py ESP32-S3 (4 MB flash, 2 MB PSRAM)', 4, 'quad', 2),
  board('adafruit-qtpy-esp32s3-n8', 'Adafruit QT Py ESP32-S3 (8 MB flash)', 8, 'none', 0),
  board('adafruit-metro-esp32s3', 'Adafruit Metro ESP32-S3', 16, 'octal', 8),
  board('arduino-nano-esp32', 'Arduino Nano ESP32', 16, 'octal', 8),
  board('freenove-esp32s3-wroom', 'Freenove ESP32-S3-WROOM', 8, 'octal', 8),
  board('heltec-wifi-lora-32-v3', 'Heltec WiFi LoRa 32 V3', 8, 'none', 0),
  board('lilygo-t-display-s3', 'LilyGO T-Display-S3', 16, 'octal', 8),
  board('lilygo-t3-s3', 'LilyGO T3-S3', 4, 'quad', 2),
  board('lolin-s3', 'WEMOS LOLIN S3', 16, 'octal', 8),
  board('lolin-s3-mini', 'WEMOS LOLIN S3 Mini', 4, 'quad', 2),
  board('m5stack-atoms3', 'M5Stack AtomS3', 8, 'none', 0),
  board('m5stack-cores3', 'M5Stack CoreS3', 16, 'quad', 8),
  board('xiao-esp32s3', 'Seeed Studio XIAO ESP32S3', 8, 'octal', 8),
  board('waveshare-esp32-s3-lcd-2', 'Waveshare ESP32-S3-LCD-2', 16, 'octal', 8),
];

/**
 * As above, by Espressif's datasheets of ESP32-WROOM-32E, ESP32-WROVER-E, ESP32-PICO-D4 and ESP32-PICO-V3-02. PSRAM is what the chip
 * reaches: 4 MB of 8.
 */
const ESP32_BOARDS: readonly ChipBoard[] = [
  board('esp32-wroom-32', 'ESP32-WROOM-32 N4 (4 MB flash)', 4, 'none', 0),
  board('esp32-wroom-32-n8', 'ESP32-WROOM-32 N8 (8 MB flash)', 8, 'none', 0),
  board('esp32-wroom-32-n16', 'ESP32-WROOM-32 N16 (16 MB flash)', 16, 'none', 0),
  board('esp32-wroom-32-n4r2', 'ESP32-WROOM-32 N4R2 (4 MB flash, 2 MB PSRAM)', 4, 'quad', 2),
  board('esp32-wroom-32-n16r2', 'ESP32-WROOM-32 N16R2 (16 MB flash, 2 MB PSRAM)', 16, 'quad', 2),
  board('esp32-wrover', 'ESP32-WROVER N4R8 (4 MB flash, 4 of 8 MB PSRAM)', 4, 'quad', 4),
  board('esp32-wrover-n8r8', 'ESP32-WROVER N8R8 (8 MB flash, 4 of 8 MB PSRAM)', 8, 'quad', 4),
  board('esp32-wrover-n16r8', 'ESP32-WROVER N16R8 (16 MB flash, 4 of 8 MB PSRAM)', 16, 'quad', 4),
  board('esp32-pico-d4', 'ESP32-PICO-D4', 4, 'none', 0),
  board('esp32-pico-v3-02', 'ESP32-PICO-V3-02', 8, 'quad', 2),
  board('esp32-devkitc-v4', 'ESP32-DevKitC V4', 4, 'none', 0),
  board('esp-wrover-kit', 'ESP-WROVER-KIT', 4, 'quad', 4),
  board('esp32-cam', 'AI-Thinker ESP32-CAM', 4, 'quad', 4),
  board('adafruit-feather-esp32', 'Adafruit HUZZAH32 Feather', 4, 'none', 0),
  board('adafruit-feather-esp32-v2', 'Adafruit Feather ESP32 V2', 8, 'quad', 2),
  board('adafruit-qtpy-esp32', 'Adafruit QT Py ESP32', 8, 'quad', 2),
  board('az-delivery-devkit-v4', 'AZ-Delivery ESP32 DevKit C V4', 4, 'none', 0),
  board('dfrobot-firebeetle-esp32-e', 'DFRobot FireBeetle ESP32-E', 4, 'none', 0),
  board('esp32-doit-devkit-v1', 'DOIT ESP32 DevKit V1', 4, 'none', 0),
  board('freenove-esp32-wrover', 'Freenove ESP32-WROVER', 4, 'quad', 4),
  board('heltec-wifi-lora-32-v2', 'Heltec WiFi LoRa 32 V2', 8, 'none', 0),
  board('lilygo-t-beam', 'LilyGO T-Beam', 4, 'quad', 4),
  board('lilygo-t-display', 'LilyGO T-Display', 4, 'none', 0),
  board('lilygo-lora32-v21', 'LilyGO LoRa32 V2.1', 4, 'none', 0),
  board('lolin-d32', 'WEMOS LOLIN D32', 4, 'none', 0),
  board('lolin-d32-pro', 'WEMOS LOLIN D32 PRO', 4, 'quad', 4),
  board('wemos-d1-mini32', 'WEMOS D1 MINI ESP32', 4, 'none', 0),
  board('m5stack-atom', 'M5Stack ATOM', 4, 'none', 0),
  board('m5stack-core', 'M5Stack Core (16 MB flash)', 16, 'none', 0),
  board('m5stack-core2', 'M5Stack Core2', 16, 'quad', 4),
  board('m5stack-fire', 'M5Stack FIRE', 16, 'quad', 4),
  board('m5stick-c', 'M5Stack M5StickC', 4, 'none', 0),
  board('nodemcu-32s', 'NodeMCU-32S', 4, 'none', 0),
  board('olimex-esp32-poe', 'Olimex ESP32-PoE', 4, 'none', 0),
  board('sparkfun-esp32-thing', 'SparkFun ESP32 Thing', 4, 'none', 0),
  board('tinypico', 'Unexpected Maker TinyPICO', 4, 'quad', 4),
  board('wt32-eth01', 'Wireless-Tag WT32-ETH01', 4, 'none', 0),
];

/** All known boards, those of the chip that most models are for first. */
export const BOARDS: readonly Board[] = [
  ...ESP32S3_BOARDS.map((board) => ({ ...board, chip: ESP32S3 })),
  ...ESP32_BOARDS.map((board) => ({ ...board, chip: ESP32 })),
];

/** A module by itself, whose name has its chip and its memories as they are printed on its lid; all others have one on them. */
export function isModule({ name, chip }: Pick<Board, 'name' | 'chip'>): boolean {
  const rest = name.slice(chip.name.length);
  return name.startsWith(chip.name) && /^(-WRO[\w-]+)? N\d/.test(rest);
}

export { DEFAULT_BOARD_ID } from './defaults.js';

/**
 * Looks a board up by its id.
 * @throws UsageError when it is unknown, or known and refused
 */
export function findBoard(id: string): Board {
  const found = BOARDS.find((candidate) => candidate.id === id.toLowerCase());
  if (found === undefined) {
    const ids = BOARDS.filter((candidate) => candidate.refused === null).map((candidate) => candidate.id);
    throw new UsageError(`Unknown board "${id}". Known boards: ${ids.join(', ')}.`);
  }
  if (found.refused !== null) throw new UsageError(found.refused);
  return found;
}

/** What of a flash a package may take: behind the firmware, and no more than the chip shows of it at once. */
export function packageFlashBytes({ chip, flashBytes }: Pick<Board, 'chip' | 'flashBytes'>): number {
  return Math.min(flashBytes - FIRMWARE_FLASH_BYTES - FLASH_TAIL_BYTES, flashWindowBytes(chip));
}

/** What a chip shows of a package at once. */
export function flashWindowBytes({ memory }: Pick<Chip, 'memory'>): number {
  const { begin, end } = memory.windows.flash;
  return end - begin;
}

/** SRAM of a chip that is the model's: all but the firmware, its prompt counted in. */
export function modelSramBytes(chip: Chip): number {
  return chip.sramBytes - (chip.firmwareSramBytes + PROMPT_SRAM_BYTES);
}

/** Sequential read rates of a board's memories in bytes per second; 0 for PSRAM that it does not have. */
export function readRates({ chip, psramKind }: Pick<Board, 'chip' | 'psramKind'>): {
  readonly sram: number;
  readonly psram: number;
  readonly flash: number;
} {
  const { sram, flash, psram } = chip.readRates;
  return { sram, psram: psramKind === 'none' ? 0 : (psram[psramKind] ?? 0), flash };
}
