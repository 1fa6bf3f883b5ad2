/** The one serial port that the element has open, for flashing and for talking, and how one is chosen. */
import { UsageError } from '../../shared/errors.js';
import { portTrouble, systemOf, type PortTrouble, type System } from '../../device/port-help.js';
import { PortError, PortSession, sleep } from '../../device/port-session.js';
import { probeSerialSupport, type SerialScope, type SerialSupport } from '../../device/serial-support.js';
import { BOARD_FILTERS, type SerialLike, type SerialPortLike } from '../../device/serial-types.js';

/** A board that was restarted a moment ago may be away from the bus for so long. */
const BACK_MS = 3_000;
const LOOK_MS = 100;

export class SerialPorts {
  readonly #scope: () => SerialScope;
  #support: SerialSupport | null = null;
  #session: PortSession | null = null;
  #trouble: PortTrouble | null = null;
  readonly #beforeClose: (session: PortSession) => Promise<void>;
  readonly #changed: () => void;

  /**
   * @param scope what the page's browser offers
   * @param beforeClose called with a session that is about to be closed
   * @param changed called when {@link trouble} has changed
   */
  constructor(
    scope: () => SerialScope,
    beforeClose: (session: PortSession) => Promise<void>,
    changed: () => void,
  ) {
    this.#scope = scope;
    this.#beforeClose = beforeClose;
    this.#changed = changed;
  }

  /** Whether ports can be had, `null` before {@link probe}. */
  get support(): SerialSupport['status'] | null {
    return this.#support?.status ?? null;
  }

  /** Why there may be no port, from a choice that came to nothing until one that does. */
  get trouble(): PortTrouble | null {
    return this.#trouble;
  }

  get system(): System {
    return systemOf(this.#scope().navigator ?? {});
  }

  #setTrouble(trouble: PortTrouble | null): void {
    this.#trouble = trouble;
    this.#changed();
  }

  /** The open port, `null` when there is none. */
  get session(): PortSession | null {
    return this.#session;
  }

  /** Asks the browser, without showing anything. */
  async probe(): Promise<SerialSupport['status']> {
    this.#support ??= await probeSerialSupport(this.#scope());
    return this.#support.status;
  }

  /**
   * Lets the person choose a board and opens its port; the port before is closed, unless it is chosen again. Needs a click or
   * key press shortly before.
   * @returns `null` when nothing was chosen
   * @throws PortError when it cannot be opened; `claimed` while a board is being flashed; UsageError without a click or key
   *   press
   */
  async choose(): Promise<PortSession | null> {
    const serial = this.#serial();
    if (serial?.requestPort === undefined) return null;
    this.#refuseFlashing();
    let port: SerialPortLike;
    try {
      port = await serial.requestPort({ filters: [...BOARD_FILTERS] });
    } catch (error) {
      // The person closed the dialogue.
      if (error instanceof Error && error.name === 'NotFoundError') {
        this.#setTrouble(portTrouble(null));
        return null;
      }
      if (error instanceof Error && error.name === 'SecurityError') {
        throw new UsageError(
          'Browsers let a page ask for a board only shortly after a click or key press. Press the button, or call this in the handler of one.',
          { cause: error },
        );
      }
      throw error;
    }
    // A board that waits in its loader would be lost for flashing when it is let go.
    if (this.#session?.isOver(port) === true) return this.#session;
    this.#refuseFlashing();
    const before = this.#session;
    await this.close();
    try {
      this.#session = await openPatiently(serial, port, before === null ? 0 : BACK_MS);
    } catch (error) {
      this.#setTrouble(portTrouble(port.getInfo()));
      throw error;
    }
    this.#setTrouble(null);
    return this.#session;
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    if (session === null) return;
    await this.#beforeClose(session);
    await session.close();
  }

  #refuseFlashing(): void {
    if (this.#session?.usedFor === 'flash') throw new PortError('claimed');
  }

  #serial(): SerialLike | null {
    return this.#support !== null && 'serial' in this.#support ? this.#support.serial : null;
  }
}

/** The chosen board may be the one that was just let go and restarts: it is back soon, perhaps under another handle. */
async function openPatiently(
  serial: SerialLike,
  port: SerialPortLike,
  milliseconds: number,
): Promise<PortSession> {
  const { usbVendorId, usbProductId } = port.getInfo();
  for (let waited = 0; ; waited += LOOK_MS) {
    try {
      return await PortSession.open({ serial, port });
    } catch (error) {
      if (waited >= milliseconds || !(error instanceof PortError) || error.code !== 'busy') throw error;
    }
    await sleep(LOOK_MS);
    const ports = await serial.getPorts();
    const again = ports.find((candidate) => {
      const info = candidate.getInfo();
      return info.usbVendorId === usbVendorId && info.usbProductId === usbProductId;
    });
    if (!ports.includes(port) && again !== undefined) port = again;
  }
}
