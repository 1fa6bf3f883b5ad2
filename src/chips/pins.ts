/** Which pins of a chip answers may use, where boards lead them to, and the lights that they have: apart from `Chip`, as only wirings ask. */
import type { Chip, PsramKind } from './chip.js';
import { ESP32_HEADERS } from './esp32-headers.js';
import { ESP32_PINS } from './esp32-pins.js';
import { ESP32S3_HEADERS } from './esp32s3-headers.js';
import { ESP32S3_PINS } from './esp32s3-pins.js';

/** What needs a pin: for languages that have words of their own for it. */
export type ReservedCode = 'strapping' | 'usb' | 'absent' | 'memory' | 'console' | 'psram' | 'input';

/** Pins that something else needs. */
export interface ReservedPins {
  readonly first: number;
  readonly last: number;
  readonly code: ReservedCode;
  /** The rest of a sentence that begins with the pin. */
  readonly reason: string;
}

/** A WS2812 on a board, with its colours in the order green, red, blue. */
export interface BoardLight {
  /** Of the newest version of the board. */
  readonly pin: number;
  /** That of older versions, `null` where there are none. */
  readonly olderPin: number | null;
}

/** Where one can hang something on a board: numbers of pins, and names of what is no pin, from above with the USB socket below. */
export interface BoardHeader {
  /** From the antenna to the socket. */
  readonly left: readonly (number | string)[];
  readonly right: readonly (number | string)[];
}

export interface PinFacts {
  /** Pins are numbered below this. */
  readonly count: number;
  readonly reserved: readonly ReservedPins[];
  /** Besides, on boards with PSRAM, by its kind. */
  readonly psram: Readonly<Partial<Record<PsramKind, ReservedPins>>>;
  /** By board id, as far as they are known. */
  readonly lights: ReadonlyMap<string, BoardLight>;
}

/** By the chips' ids. */
const HEADERS: ReadonlyMap<string, ReadonlyMap<string, BoardHeader>> = new Map([
  ['esp32s3', ESP32S3_HEADERS],
  ['esp32', ESP32_HEADERS],
]);

/** By the chips' ids. */
const PINS: ReadonlyMap<string, PinFacts> = new Map([
  ['esp32s3', ESP32S3_PINS],
  ['esp32', ESP32_PINS],
]);

/** What is asked of a board. */
interface PinBoard {
  readonly id: string;
  readonly chip: Pick<Chip, 'id'>;
  readonly psramKind: PsramKind;
}

/**
 * Why answers cannot use a pin of a board, as the rest of a sentence that begins with the pin.
 * @returns `null` when they can
 */
export function whyReserved(pin: number, { chip, psramKind }: Omit<PinBoard, 'id'>): string | null {
  const facts = PINS.get(chip.id);
  if (facts === undefined) return 'belongs to a chip whose pins are not known';
  const { count } = facts;
  if (!Number.isInteger(pin) || pin < 0 || pin >= count) return `does not exist: pins are 0 to ${count - 1}`;
  return (
    reservedPins({ chip, psramKind }).find(({ first, last }) => pin >= first && pin <= last)?.reason ?? null
  );
}

/** The pins of a board that answers cannot use. */
export function reservedPins({ chip, psramKind }: Omit<PinBoard, 'id'>): readonly ReservedPins[] {
  const facts = PINS.get(chip.id);
  if (facts === undefined) return [];
  const more = facts.psram[psramKind];
  return more === undefined ? facts.reserved : [...facts.reserved, more];
}

/** @returns `null` for a board without one that is known */
export function lightOf({ id, chip }: Omit<PinBoard, 'psramKind'>): BoardLight | null {
  return PINS.get(chip.id)?.lights.get(id) ?? null;
}

/** @returns `null` for a board of which it is not known where its pins are */
export function headerOf({ id, chip }: Omit<PinBoard, 'psramKind'>): BoardHeader | null {
  return HEADERS.get(chip.id)?.get(id) ?? null;
}

/** Numbers of pins of a chip, whatever they are used for; none for a chip whose pins are not known. */
export function pinsOf({ chip }: Pick<PinBoard, 'chip'>): readonly number[] {
  return Array.from({ length: PINS.get(chip.id)?.count ?? 0 }, (_, pin) => pin);
}
