/**
 * What board is there, from its registers, before anything is written to it: chip and revision, flash, and the PSRAM in the
 * chip's package; and whether an image fits it. Where a chip keeps what is its own data; the identities of flash chips follow
 * JEDEC JEP106 and JESD216.
 */
import type { Chip } from '../chips/chip.js';
import { deviceFacts, type EfuseField, type PackagedPsram } from '../chips/device-facts.js';
import { chipNamed } from '../chips/index.js';
import type { Connection } from './serial-types.js';
import { FlashError } from './flash-errors.js';

/** What is read from a chip. */
export interface ChipRegisters {
  readonly chip: Chip;
  /** eFuse words by address, those of {@link efuseWords}. */
  readonly efuse: ReadonlyMap<number, number>;
  /** Answer to the flash command 9Fh: manufacturer, type, capacity from the low byte up. */
  readonly flashId: number;
}

/** Addresses of the eFuse words that tell about a board with this chip. */
export function efuseWords(chip: Chip): number[] {
  const { efuses } = deviceFacts(chip);
  const { macLow, macHigh, revision, flashEncryption, secureBoot, octalFlash, psram } = efuses;
  const fields: readonly EfuseField[] = [
    ...revision.major,
    ...revision.minor,
    ...revision.firstWhen.map(({ field }) => field),
    flashEncryption,
    secureBoot,
    ...(octalFlash === null ? [] : [octalFlash]),
    ...(psram?.fields ?? []),
  ];
  return [...new Set([macLow, macHigh, ...fields.map(({ word }) => word)])];
}

const MiB = 1024 * 1024;

/** Everything that is known about a board before it is flashed. */
export interface BoardFacts {
  /** Its name. */
  readonly chip: string;
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
  const { chip, efuse, flashId } = registers;
  const { macLow, macHigh, secureBoot, flashEncryption, octalFlash, psram } = deviceFacts(chip).efuses;
  const read = (...fields: readonly EfuseField[]): number => number(efuse, fields);
  return {
    chip: chip.name,
    revision: revision(chip, read),
    mac: macAddress(efuse.get(macLow) ?? 0, efuse.get(macHigh) ?? 0),
    connection,
    flashBytes: flashCapacity(flashId),
    flashId,
    octalFlash: octalFlash !== null && read(octalFlash) === 1,
    psram: psram === null ? null : (psram.values[read(...psram.fields)] ?? null),
    secureBoot: read(secureBoot) !== 0,
    flashEncrypted: isOdd(read(flashEncryption)),
  };
}

/** The number in fields that follow one another from its low bits up. */
function number(efuse: ChipRegisters['efuse'], fields: readonly EfuseField[]): number {
  let value = 0;
  let at = 0;
  for (const { word, low, bits } of fields) {
    value |= (((efuse.get(word) ?? 0) >>> low) & (2 ** bits - 1)) << at;
    at += bits;
  }
  return value >>> 0;
}

function revision(chip: Chip, read: (...fields: readonly EfuseField[]) => number): readonly [number, number] {
  const { major, majorValues, minor, firstWhen } = deviceFacts(chip).efuses.revision;
  const first = firstWhen.length > 0 && firstWhen.every(({ field, value }) => read(field) === value);
  if (first) return [0, 0];
  const number = read(...major);
  return [majorValues?.[number] ?? number, read(...minor)];
}

/** Whether an odd number of bits is set. */
function isOdd(bits: number): boolean {
  let odd = false;
  for (let left = bits; left !== 0; left &= left - 1) odd = !odd;
  return odd;
}

function macAddress(low: number, high: number): string {
  const bytes = [high >>> 8, high, low >>> 24, low >>> 16, low >>> 8, low];
  return bytes.map((byte) => (byte & 0xff).toString(16).padStart(2, '0')).join(':');
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
  /** Name of the chip that the image was made for. */
  readonly chip?: string;
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
  if (needs.chip !== undefined && needs.chip !== board.chip) {
    throw new FlashError(
      'wrong-chip',
      `This board has an ${board.chip}; the image is for the ${needs.chip}. Plug in an ${needs.chip} board, or choose this one and make the image again.`,
      ['other-board', 'choose-board'],
      { facts: { found: board.chip, needed: needs.chip } },
    );
  }
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
  const used = psramRevision(board);
  if ((needs.psramBytes ?? 0) > 0 && used !== null && compare(board.revision, used) < 0) {
    throw new FlashError(
      'chip-revision',
      `The model needs PSRAM, which the firmware uses from chip revision v${used.join('.')} on; this one is v${board.revision.join('.')}. Use another board, or convert the model for one without PSRAM.`,
      ['other-board'],
      { facts: { needed: used.join('.'), found: board.revision.join('.') } },
    );
  }
  if (board.flashBytes === null) {
    const pins = flashPins(board);
    throw new FlashError(
      'flash-unknown',
      `The flash does not answer as one (identity 0x${board.flashId.toString(16).padStart(6, '0')}). Remove what is wired to ${pins === '' ? 'the pins of the flash' : `GPIO ${pins}`}, plug the board in again and retry.`,
      ['plug-again', 'other-board'],
      { facts: { flashId: board.flashId, found: pins } },
    );
  }
  if (board.flashBytes < needs.flashBytes) {
    throw new FlashError(
      'flash-too-small',
      `The image is for ${size(needs.flashBytes)} of flash; this board has ${size(board.flashBytes)}. Choose a board with ${size(board.flashBytes)} and make the image again.`,
      ['other-board'],
      { facts: { needed: needs.flashBytes, found: board.flashBytes } },
    );
  }
  const psram = board.psram?.bytes ?? 0;
  if (psram < (needs.psramBytes ?? 0) && !accepted.includes('psram-too-small')) {
    throw new FlashError(
      'psram-too-small',
      `The model needs ${size(needs.psramBytes ?? 0)} of PSRAM; the chip says that it has ${psram === 0 ? 'none' : size(psram)} in its package. Go on only when the board has PSRAM beside the chip; else choose another board.`,
      ['other-board'],
      { facts: { needed: needs.psramBytes ?? 0, found: psram } },
    );
  }
}

function psramRevision({ chip }: BoardFacts): readonly [number, number] | null {
  const found = chipNamed(chip);
  return found === null ? null : deviceFacts(found).efuses.psramRevision;
}

/** Numbers of the pins that the flash hangs on, e.g. `26–37`; empty for a chip that is not known. */
function flashPins({ chip }: BoardFacts): string {
  const found = chipNamed(chip);
  return found === null ? '' : deviceFacts(found).loader.flashPins.join('–');
}

function compare(a: readonly [number, number], b: readonly [number, number]): number {
  return a[0] - b[0] || a[1] - b[1];
}

function size(bytes: number): string {
  const megabytes = bytes / MiB;
  return Number.isInteger(megabytes) ? `${megabytes} MB` : `${megabytes.toFixed(1)} MB`;
}
