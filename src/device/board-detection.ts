/**
 * What board is there, from its registers, before anything is written to it: chip and revision, flash, and the PSRAM in the
 * chip's package; and whether an image fits it. Sources: ESP-IDF `esp_efuse_table.csv` and `efuse_reg.h` for the ESP32-S3,
 * JEDEC JEP106 and JESD216 for flash identities, the ESP32-S3 datasheet for the variants.
 */
import type { PsramKind } from '../chips/chip.js';
import type { Connection } from './serial-types.js';
import { FlashError } from './flash-errors.js';

/** What is read from a chip. */
export interface ChipRegisters {
  /** eFuse words by address, {@link EFUSE_WORDS}. */
  readonly efuse: Readonly<Record<EfuseWord, number>>;
  /** Answer to the flash command 9Fh: manufacturer, type, capacity from the low byte up. */
  readonly flashId: number;
}

/** The eFuse words that tell about the board. */
export const EFUSE_WORDS = {
  /** Block 0, word 1: 20:18 SPI_BOOT_CRYPT_CNT. */
  repeat1: 0x6000_7034,
  /** Block 0, word 2: 20 SECURE_BOOT_EN. */
  repeat2: 0x6000_7038,
  /** Block 0, word 3: 9 FLASH_TYPE. */
  repeat3: 0x6000_703c,
  macLow: 0x6000_7044,
  macHigh: 0x6000_7048,
  /** Block 1, word 3: 20:18 WAFER_VERSION_MINOR low, 23:21 PKG_VERSION, 26:24 BLK_VERSION_MINOR. */
  system3: 0x6000_7050,
  /** Block 1, word 4: 4:3 PSRAM_CAP low, 8:7 PSRAM_VENDOR. */
  system4: 0x6000_7054,
  /** Block 1, word 5: 19 PSRAM_CAP high, 23 WAFER_VERSION_MINOR high, 25:24 WAFER_VERSION_MAJOR. */
  system5: 0x6000_7058,
  /** Block 2, word 4: 1:0 BLK_VERSION_MAJOR. */
  calibration4: 0x6000_706c,
} as const;

export type EfuseWord = keyof typeof EFUSE_WORDS;

const MiB = 1024 * 1024;

/** PSRAM_CAP, 3 bits. */
const PSRAM_CAPACITY: readonly number[] = [0, 8 * MiB, 2 * MiB, 16 * MiB, 4 * MiB];

/** PSRAM that an eFuse tells of. The 8 and 16 MB chips have eight data lines. */
export interface PackagedPsram {
  readonly bytes: number;
  readonly kind: Exclude<PsramKind, 'none'>;
}

/** Everything that is known about a board before it is flashed. */
export interface BoardFacts {
  readonly chip: 'ESP32-S3';
  /** Major and minor, e.g. `[0, 2]`. */
  readonly revision: readonly [major: number, minor: number];
  /** As printed on no board, but unique: six bytes in hexadecimal with colons. */
  readonly mac: string;
  readonly connection: Connection;
  /** `null` when the flash does not answer or names a capacity that is none. */
  readonly flashBytes: number | null;
  /** Manufacturer, type and capacity as the flash names them, 24 bits. */
  readonly flashId: number;
  readonly octalFlash: boolean;
  /** PSRAM in the chip's package; `null` says nothing about a chip beside it. */
  readonly psram: PackagedPsram | null;
  readonly secureBoot: boolean;
  readonly flashEncrypted: boolean;
}

/** Reads the facts out of registers. */
export function describeBoard(registers: ChipRegisters, connection: Connection): BoardFacts {
  const { efuse, flashId } = registers;
  return {
    chip: 'ESP32-S3',
    revision: revision(efuse),
    mac: macAddress(efuse.macLow, efuse.macHigh),
    connection,
    flashBytes: flashCapacity(flashId),
    flashId,
    octalFlash: bits(efuse.repeat3, 9, 1) === 1,
    psram: packagedPsram(efuse),
    secureBoot: bits(efuse.repeat2, 20, 1) === 1,
    // On while an odd number of the three bits is burnt.
    flashEncrypted: [18, 19, 20].filter((bit) => bits(efuse.repeat1, bit, 1) === 1).length % 2 === 1,
  };
}

function bits(word: number, low: number, count: number): number {
  return (word >>> low) & ((1 << count) - 1);
}

function revision(efuse: ChipRegisters['efuse']): readonly [number, number] {
  const minor = (bits(efuse.system5, 23, 1) << 3) | bits(efuse.system3, 18, 3);
  // Chips with block version 1.1 use these bits for something else, and all of them are v0.0.
  const first = (minor & 7) === 0 && bits(efuse.calibration4, 0, 2) === 1 && bits(efuse.system3, 24, 3) === 1;
  return first ? [0, 0] : [bits(efuse.system5, 24, 2), minor];
}

function macAddress(low: number, high: number): string {
  const bytes = [high >>> 8, high, low >>> 24, low >>> 16, low >>> 8, low];
  return bytes.map((byte) => (byte & 0xff).toString(16).padStart(2, '0')).join(':');
}

function packagedPsram(efuse: ChipRegisters['efuse']): PackagedPsram | null {
  const capacity = (bits(efuse.system5, 19, 1) << 2) | bits(efuse.system4, 3, 2);
  const bytes = PSRAM_CAPACITY[capacity] ?? 0;
  if (bytes === 0) return null;
  return { bytes, kind: bytes >= 8 * MiB ? 'octal' : 'quad' };
}

/** The third byte is the power of two in one numbering, and six higher in another from 64 MB on. */
export function flashCapacity(flashId: number): number | null {
  const capacity = (flashId >>> 16) & 0xff;
  if (capacity >= 0x12 && capacity <= 0x1c) return 2 ** capacity;
  if (capacity >= 0x20 && capacity <= 0x22) return 2 ** (capacity - 6);
  if (capacity >= 0x32 && capacity <= 0x3a) return 2 ** (capacity - 0x20);
  return null;
}

/** What an image asks of a board. */
export interface BoardNeeds {
  /** Flash that the image was made for; the partition table speaks of all of it. */
  readonly flashBytes: number;
  /** PSRAM that the model needs, 0 for none. */
  readonly psramBytes?: number;
  /** Least revision, from the image's header. */
  readonly revision?: readonly [major: number, minor: number];
}

/** Something that a person may know better than the eFuses, and go on. */
export type BoardDoubt = 'psram-too-small';

/** Why a chip with secure boot is refused. */
export function secureBootError(): FlashError {
  return new FlashError(
    'secure-boot',
    'The chip only starts programs that are signed with a key burnt into it (secure boot). Use another board.',
    ['other-board'],
  );
}

/**
 * Refuses a board that the image cannot run on.
 * @param accepted doubts that the person has been told of
 * @throws FlashError
 */
export function checkBoard(board: BoardFacts, needs: BoardNeeds, accepted: readonly BoardDoubt[] = []): void {
  if (board.secureBoot) throw secureBootError();
  if (board.flashEncrypted) {
    throw new FlashError(
      'flash-encrypted',
      "The chip reads its flash encrypted with a key of its own, which only its maker's tools can write for. Use another board.",
      ['other-board'],
    );
  }
  if (board.octalFlash) {
    throw new FlashError(
      'flash-octal',
      'The board has octal flash, which the firmware does not drive. Use a module with quad flash, such as N16R8.',
      ['other-board'],
    );
  }
  const { revision } = needs;
  if (revision !== undefined && compare(board.revision, revision) < 0) {
    throw new FlashError(
      'chip-revision',
      `The image needs chip revision v${revision.join('.')}; this one is v${board.revision.join('.')}. Use another board.`,
      ['other-board'],
      { facts: { needed: revision.join('.'), found: board.revision.join('.') } },
    );
  }
  if (board.flashBytes === null) {
    throw new FlashError(
      'flash-unknown',
      `The flash does not answer as one (identity 0x${board.flashId.toString(16).padStart(6, '0')}). Remove what is wired to GPIO 26 to 37, plug the board in again and retry.`,
      ['plug-again', 'other-board'],
      { facts: { flashId: board.flashId } },
    );
  }
  if (board.flashBytes < needs.flashBytes) {
    throw new FlashError(
      'flash-too-small',
      `The image is for ${size(needs.flashBytes)} of flash; this board has ${size(board.flashBytes)}. Choose a board with ${size(board.flashBytes)} and make the image again.`,
      ['choose-board', 'smaller-model', 'other-board'],
      { facts: { needed: needs.flashBytes, found: board.flashBytes } },
    );
  }
  const psram = board.psram?.bytes ?? 0;
  if (psram < (needs.psramBytes ?? 0) && !accepted.includes('psram-too-small')) {
    throw new FlashError(
      'psram-too-small',
      `The model needs ${size(needs.psramBytes ?? 0)} of PSRAM; the chip says that it has ${psram === 0 ? 'none' : size(psram)} in its package. Go on only when the board has PSRAM beside the chip; else choose another board.`,
      ['choose-board', 'smaller-model', 'other-board'],
      { facts: { needed: needs.psramBytes ?? 0, found: psram } },
    );
  }
}

function compare(a: readonly [number, number], b: readonly [number, number]): number {
  return a[0] - b[0] || a[1] - b[1];
}

function size(bytes: number): string {
  const megabytes = bytes / MiB;
  return Number.isInteger(megabytes) ? `${megabytes} MB` : `${megabytes.toFixed(1)} MB`;
}
