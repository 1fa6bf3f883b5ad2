/**
 * The sequences on DTR and RTS that restart the chip, into the image or into the loader of its mask ROM.
 *
 * Behind a UART bridge two transistors tie the lines to the chip: EN is low (reset) while RTS alone is asserted, the boot pin is
 * low (loader) while DTR alone is. The USB-Serial-JTAG unit has no such wires and watches the lines itself: DTR alone asks for
 * the loader at the next reset, neither takes that back, and RTS alone resets (ESP32-S3 technical reference manual, "USB
 * Serial/JTAG Controller"). Every step names both lines: one that only changes one of them depends on what a driver
 * remembers of the other.
 */
import type { Connection } from './serial-types.js';

/** Puts both lines and waits. */
export interface ResetStep {
  readonly dtr: boolean;
  readonly rts: boolean;
  readonly milliseconds: number;
}

/** Time that EN is held low, and that a USB line state needs to reach the chip. */
const HOLD_MS = 100;

/** The boot pin is read a little after EN rises; a large capacitor on EN needs the longer time. */
const BOOT_MS = 50;
const SLOW_BOOT_MS = 550;

/** Ends in every case with both lines released: the chip runs. */
const IDLE: ResetStep = { dtr: false, rts: false, milliseconds: 0 };

function classic(bootMilliseconds: number): readonly ResetStep[] {
  return [
    { dtr: false, rts: true, milliseconds: HOLD_MS },
    { dtr: true, rts: false, milliseconds: bootMilliseconds },
    IDLE,
  ];
}

/** Through (1, 1) to the reset, never through (0, 0), which would take the wish for the loader back. */
const USB_SERIAL_JTAG: readonly ResetStep[] = [
  { dtr: false, rts: false, milliseconds: HOLD_MS },
  { dtr: true, rts: false, milliseconds: HOLD_MS },
  { dtr: true, rts: true, milliseconds: 0 },
  { dtr: false, rts: true, milliseconds: HOLD_MS },
  IDLE,
];

/** Sequences that lead into the loader, to be tried in turn. */
export function loaderSequences(connection: Connection): readonly (readonly ResetStep[])[] {
  if (connection === 'usb-serial-jtag') return [USB_SERIAL_JTAG];
  return [classic(BOOT_MS), classic(SLOW_BOOT_MS)];
}

/** Starts the image. Lines that were released first make sure that the loader is not asked for. */
export const RUN_SEQUENCE: readonly ResetStep[] = [
  { dtr: false, rts: false, milliseconds: 0 },
  { dtr: false, rts: true, milliseconds: HOLD_MS },
  IDLE,
];
