/** The one serial port that the element has open, for flashing and for talking, and how one is chosen. */
import { PortSession } from '../../device/port-session.js';
import { probeSerialSupport, type SerialScope, type SerialSupport } from '../../device/serial-support.js';
import { BOARD_FILTERS, type SerialLike } from '../../device/serial-types.js';

export class SerialPorts {
  readonly #scope: () => SerialScope;
  #support: SerialSupport | null = null;
  #session: PortSession | null = null;

  /** @param scope what the page's browser offers */
  constructor(scope: () => SerialScope) {
    this.#scope = scope;
  }

  /** Whether ports can be had, `null` before {@link probe}. */
  get support(): SerialSupport['status'] | null {
    return this.#support?.status ?? null;
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
   * Lets the person choose a board and opens its port; the port before is closed. Needs a click or key press shortly before.
   * @returns `null` when nothing was chosen
   * @throws PortError when it cannot be opened
   */
  async choose(): Promise<PortSession | null> {
    const serial = this.#serial();
    if (serial?.requestPort === undefined) return null;
    let port: Awaited<ReturnType<NonNullable<SerialLike['requestPort']>>>;
    try {
      port = await serial.requestPort({ filters: [...BOARD_FILTERS] });
    } catch (error) {
      // The person closed the dialogue.
      if (error instanceof Error && error.name === 'NotFoundError') return null;
      throw error;
    }
    await this.close();
    this.#session = await PortSession.open({ serial, port });
    return this.#session;
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    await session?.close();
  }

  #serial(): SerialLike | null {
    return this.#support !== null && 'serial' in this.#support ? this.#support.serial : null;
  }
}
