/**
 * How a host reaches a chip: its loader and what is burnt into it. Apart from {@link Chip}, since pages plan and convert without
 * it and load it with what flashes.
 */
import type { Chip, PsramKind } from './chip.js';
import { ESP32_DEVICE } from './esp32-device.js';
import { ESP32S3_DEVICE } from './esp32s3-device.js';

/** Bits of a register. */
export interface RegisterBits {
  readonly address: number;
  readonly mask: number;
}

/**
 * Registers by which a host restarts a chip over the USB unit inside it, whose reset neither looks at the boot pin again nor
 * stops the watchdogs that a program has started.
 */
export interface UsbRestart {
  /** Set when the boot pin asked for the program the last time that the chip looked at it. */
  readonly strap: RegisterBits;
  /** The watchdog, which can also reset the whole chip. */
  readonly watchdog: {
    /** Takes {@link key} before, and 0 after the others are written. */
    readonly protect: number;
    readonly key: number;
    readonly config: number;
    readonly timeout: number;
    /** Value of `config` that resets the system when the time is up. */
    readonly reset: number;
    /** Value of `timeout`: periods of the slow clock, some milliseconds. */
    readonly ticks: number;
  };
  /** The watchdog that watches over the clock; it is left to feed itself. */
  readonly superWatchdog: {
    readonly protect: number;
    readonly key: number;
    readonly config: number;
    /** Bit of `config`. */
    readonly autoFeed: number;
  };
}

/** How a host drives the loader in the chip's mask ROM. */
export interface LoaderFacts {
  /** Whether it answers whether the chip is locked or starts only what is signed; the oldest chips do not. */
  readonly tellsSecurity: boolean;
  /** Sends the chip into its loader at the next reset while it is set; `null` where there is none. */
  readonly forceLoader: RegisterBits | null;
  /** USB numbers of the unit inside the chip that resets it, and what that needs; `null` for a chip without one. */
  readonly usb: { readonly vendor: number; readonly product: number; readonly restart: UsbRestart } | null;
  /** GPIO numbers, first to last, of the pins that flash and external RAM hang on: nothing else may be wired to them. */
  readonly flashPins: readonly [first: number, last: number];
}

/** Bits of an eFuse word. */
export interface EfuseField {
  /** Address of the word. */
  readonly word: number;
  /** The lowest bit. */
  readonly low: number;
  readonly bits: number;
}

/** What is burnt into the chip, as far as an image depends on it. A number in several fields has its low bits first. */
export interface EfuseFacts {
  readonly macLow: number;
  readonly macHigh: number;
  readonly revision: {
    readonly major: readonly EfuseField[];
    /** What the number in them stands for; absent where it is the revision. */
    readonly majorValues?: readonly number[];
    readonly minor: readonly EfuseField[];
    /** Chips in which all of these have these values are v0.0, whatever else they say; none for chips without exceptions. */
    readonly firstWhen: readonly { readonly field: EfuseField; readonly value: number }[];
  };
  /** Encrypted flash: on while an odd number of the bits is set. */
  readonly flashEncryption: EfuseField;
  /** On while any bit is set. */
  readonly secureBoot: EfuseField;
  /** Flash with eight data lines; `null` for a chip that takes none. */
  readonly octalFlash: EfuseField | null;
  /** External RAM in the chip's package; `null` where no eFuse tells of any. */
  readonly psram: {
    readonly fields: readonly EfuseField[];
    /** By what the fields say, `null` for none. */
    readonly values: readonly (PackagedPsram | null)[];
  } | null;
  /** The first revision whose external RAM the firmware uses, `null` where it uses that of all. */
  readonly psramRevision: readonly [major: number, minor: number] | null;
}

/** External RAM in the chip's package. */
export interface PackagedPsram {
  readonly bytes: number;
  readonly kind: Exclude<PsramKind, 'none'>;
}

/** What a host has to know of a chip. */
export interface DeviceFacts {
  readonly loader: LoaderFacts;
  readonly efuses: EfuseFacts;
}

/** By the chips' ids. */
export const DEVICES: ReadonlyMap<string, DeviceFacts> = new Map([
  ['esp32s3', ESP32S3_DEVICE],
  ['esp32', ESP32_DEVICE],
]);

/** @throws RangeError for a chip without, which a test of all chips finds */
export function deviceFacts({ id }: Pick<Chip, 'id'>): DeviceFacts {
  const facts = DEVICES.get(id);
  if (facts === undefined) throw new RangeError(`how to reach the chip ${id} is not known`);
  return facts;
}
