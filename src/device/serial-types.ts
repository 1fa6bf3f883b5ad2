/**
 * What this project uses of Web Serial (https://wicg.github.io/serial/), as plain shapes: `navigator.serial` fits, and so
 * does anything that behaves like it.
 */

import { DEVICES } from '../chips/device-facts.js';

/** Bits per second and more with which a port is opened. */
export interface SerialOpenOptions {
  readonly baudRate: number;
  /** Bytes that the browser keeps before it drops what nobody reads. */
  readonly bufferSize?: number;
}

/** Lines from the host to the board. `true` is asserted, which is a low level on the wire of a UART bridge. */
export interface SerialSignals {
  readonly dataTerminalReady?: boolean;
  readonly requestToSend?: boolean;
}

/** USB identity of a port; both are absent for ports that are not USB. */
export interface SerialPortIdentity {
  readonly usbVendorId?: number | undefined;
  readonly usbProductId?: number | undefined;
}

/** A `SerialPort`. */
export interface SerialPortLike {
  readonly readable: ReadableStream<Uint8Array> | null;
  readonly writable: WritableStream<Uint8Array> | null;
  open(options: SerialOpenOptions): Promise<void>;
  close(): Promise<void>;
  setSignals(signals: SerialSignals): Promise<void>;
  getInfo(): SerialPortIdentity;
}

/** Chooses ports by USB vendor and product in the browser's dialogue. */
export interface SerialPortFilter {
  readonly usbVendorId: number;
  readonly usbProductId?: number;
}

/** `navigator.serial`. */
export interface SerialLike {
  /** The ports that the person has already allowed. */
  getPorts(): Promise<SerialPortLike[]>;
  /** Absent in workers. */
  requestPort?(options?: { filters?: SerialPortFilter[] }): Promise<SerialPortLike>;
}

/** How a board hangs on the host, which decides how it is reset. */
export type Connection = 'usb-serial-jtag' | 'usb-otg' | 'uart-bridge';

/** USB numbers of the units inside chips that reset them. */
const OWN_USB = [...DEVICES.values()].flatMap(({ loader }) => (loader.usb === null ? [] : [loader.usb]));

/** What a port's USB numbers say; a port without them is taken for a UART bridge. */
export function connectionOf({ usbVendorId, usbProductId }: SerialPortIdentity): Connection {
  const own = OWN_USB.filter(({ vendor }) => vendor === usbVendorId);
  if (own.length === 0) return 'uart-bridge';
  return own.some(({ product }) => product === usbProductId) ? 'usb-serial-jtag' : 'usb-otg';
}

/** USB vendors under which boards appear: the chips themselves and the makers of common UART bridges. */
export const BOARD_FILTERS: readonly SerialPortFilter[] = [
  ...[...new Set(OWN_USB.map(({ vendor }) => vendor))].map((usbVendorId) => ({ usbVendorId })),
  /** Silicon Labs CP210x */
  { usbVendorId: 0x10c4 },
  /** WCH CH340, CH343, CH9102 */
  { usbVendorId: 0x1a86 },
  /** FTDI */
  { usbVendorId: 0x0403 },
  /** Prolific */
  { usbVendorId: 0x067b },
];
