/** Which pins of a chip answers may use, and the lights that boards have: apart from `Chip`, as only wirings ask. */
import type { Chip, PsramKind } from './chip.js';
import { ESP32S3_PINS } from './esp32s3-pins.js';

/** Pins that something else needs. */
export interface ReservedPins {
  readonly first: number;
  readonly last: number;
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

export interface PinFacts {
  /** Pins are numbered below this. */
  readonly count: number;
  readonly reserved: readonly ReservedPins[];
  /** Besides, on boards with octal PSRAM. */
  readonly octalPsram: ReservedPins;
  /** By board id, as far as they are known. */
  readonly lights: ReadonlyMap<string, BoardLight>;
}

/** By the chips' ids. */
const PINS: ReadonlyMap<string, PinFacts> = new Map([['esp32s3', ESP32S3_PINS]]);

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
  const { count, reserved, octalPsram } = facts;
  if (!Number.isInteger(pin) || pin < 0 || pin >= count) return `does not exist: pins are 0 to ${count - 1}`;
  const all = psramKind === 'octal' ? [...reserved, octalPsram] : reserved;
  return all.find(({ first, last }) => pin >= first && pin <= last)?.reason ?? null;
}

/** @returns `null` for a board without one that is known */
export function lightOf({ id, chip }: Omit<PinBoard, 'psramKind'>): BoardLight | null {
  return PINS.get(chip.id)?.lights.get(id) ?? null;
}
