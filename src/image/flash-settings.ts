/** How the mask ROM reads the flash: two bytes in every application image's header. */
import { UsageError } from '../shared/errors.js';

export const FLASH_MODES = ['qio', 'qout', 'dio', 'dout', 'fast-read', 'slow-read'] as const;
export type FlashMode = (typeof FLASH_MODES)[number];

/** MHz by the code in the header's low nibble; 26 is 80 MHz divided by three. */
const FREQUENCY_CODES = new Map([
  [40, 0],
  [26, 1],
  [20, 2],
  [80, 15],
]);

/** Sizes are powers of two from 1 MiB (code 0) to 128 MiB (code 7). */
const SMALLEST_FLASH = 1024 * 1024;
const LARGEST_SIZE_CODE = 7;

export interface FlashSettings {
  readonly mode: FlashMode;
  /** 80, 40, 26 or 20. */
  readonly megahertz: number;
  /** Capacity in bytes. */
  readonly flashBytes: number;
}

/** Two data lines work on every quad flash chip; the firmware switches to four once it has asked the chip. */
export const BOOT_MODE: FlashMode = 'dio';
export const BOOT_MEGAHERTZ = 80;

/**
 * The header's bytes 2 and 3.
 * @throws UsageError for a setting that the header cannot express
 */
export function encodeFlashSettings(settings: FlashSettings): [mode: number, sizeAndFrequency: number] {
  const mode = FLASH_MODES.indexOf(settings.mode);
  if (mode < 0) throw new UsageError(`Flash mode "${settings.mode}" is none of ${FLASH_MODES.join(', ')}.`);
  const frequency = FREQUENCY_CODES.get(settings.megahertz);
  if (frequency === undefined) {
    throw new UsageError(`Flash at ${settings.megahertz} MHz is none of 80, 40, 26 and 20 MHz.`);
  }
  const size = Math.log2(settings.flashBytes / SMALLEST_FLASH);
  if (!Number.isInteger(size) || size < 0 || size > LARGEST_SIZE_CODE) {
    throw new UsageError(`A flash of ${settings.flashBytes} bytes is not a power of two from 1 to 128 MiB.`);
  }
  return [mode, (size << 4) | frequency];
}

/** What bytes 2 and 3 of a header say, `null` when a code is unknown. */
export function decodeFlashSettings(modeCode: number, sizeAndFrequency: number): FlashSettings | null {
  const mode = FLASH_MODES[modeCode];
  const size = sizeAndFrequency >> 4;
  const frequency = [...FREQUENCY_CODES].find(([, code]) => code === (sizeAndFrequency & 15));
  if (mode === undefined || frequency === undefined || size > LARGEST_SIZE_CODE) return null;
  return { mode, megahertz: frequency[0], flashBytes: SMALLEST_FLASH * 2 ** size };
}
