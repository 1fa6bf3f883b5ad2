/** How the mask ROM reads the flash: two bytes in every application image's header. */
import type { Chip } from '../chips/chip.js';
import { UsageError } from '../shared/errors.js';

export const FLASH_MODES = ['qio', 'qout', 'dio', 'dout', 'fast-read', 'slow-read'] as const;
export type FlashMode = (typeof FLASH_MODES)[number];

/** Sizes are powers of two from 1 MiB (code 0) to 128 MiB (code 7). */
export const SMALLEST_FLASH = 1024 * 1024;
const LARGEST_SIZE_CODE = 7;

export interface FlashSettings {
  readonly mode: FlashMode;
  /** One of the chip's flash frequencies. */
  readonly megahertz: number;
  /** Capacity in bytes. */
  readonly flashBytes: number;
}

/** Two data lines work on every quad flash chip; the firmware switches to four once it has asked the chip. */
export const BOOT_MODE: FlashMode = 'dio';

/**
 * The header's bytes 2 and 3.
 * @throws UsageError for a setting that the header cannot express
 */
export function encodeFlashSettings(
  settings: FlashSettings,
  { image: { flashFrequencies } }: Chip,
): [mode: number, sizeAndFrequency: number] {
  const mode = FLASH_MODES.indexOf(settings.mode);
  if (mode < 0) throw new UsageError(`Flash mode "${settings.mode}" is none of ${FLASH_MODES.join(', ')}.`);
  const frequency = flashFrequencies.find(({ megahertz }) => megahertz === settings.megahertz);
  if (frequency === undefined) {
    const known = listed(flashFrequencies.map(({ megahertz }) => String(megahertz)));
    throw new UsageError(`Flash at ${settings.megahertz} MHz is none of ${known} MHz.`);
  }
  const size = Math.log2(settings.flashBytes / SMALLEST_FLASH);
  if (!Number.isInteger(size) || size < 0 || size > LARGEST_SIZE_CODE) {
    throw new UsageError(`A flash of ${settings.flashBytes} bytes is not a power of two from 1 to 128 MiB.`);
  }
  return [mode, (size << 4) | frequency.code];
}

/** What bytes 2 and 3 of a header say, `null` when a code is unknown. */
export function decodeFlashSettings(
  modeCode: number,
  sizeAndFrequency: number,
  { image: { flashFrequencies } }: Chip,
): FlashSettings | null {
  const mode = FLASH_MODES[modeCode];
  const size = sizeAndFrequency >> 4;
  const frequency = flashFrequencies.find(({ code }) => code === (sizeAndFrequency & 15));
  if (mode === undefined || frequency === undefined || size > LARGEST_SIZE_CODE) return null;
  return { mode, megahertz: frequency.megahertz, flashBytes: SMALLEST_FLASH * 2 ** size };
}

/** "a, b and c". */
function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
