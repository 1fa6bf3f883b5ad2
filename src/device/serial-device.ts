/** A board on a serial port as a device to talk to: the console's bytes, its reset line, and what becomes of it. */
import { TransportError } from '../shared/errors.js';
import { ByteQueue } from './byte-queue.js';
import type { Device } from './device.js';
import { RUN_SEQUENCE } from './port-reset.js';
import { PortError, type PortSession, type PortUse } from './port-session.js';

/** What a board may say before anybody reads it: six minutes at 115200 baud. What comes after is dropped. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

/** Time in which a chip with its own USB leaves the bus when it restarts. */
const LEAVE_MS = 300;
const LOOK_MS = 50;

const NAMES = {
  'usb-serial-jtag': 'USB port of the chip',
  'usb-otg': 'USB port of the chip (OTG)',
  'uart-bridge': 'USB serial bridge',
} as const;

export interface SerialDeviceOptions {
  /** What the board has said already, e.g. `FlashResult.output`. */
  readonly first?: Uint8Array | undefined;
  /** Whether {@link Device.close} also closes the session; otherwise the port stays open for the next use. */
  readonly closeSession?: boolean;
}

/** See the top of the file. */
export class SerialDevice implements Device {
  readonly name: string;
  readonly closed: Promise<void>;
  private readonly queue = new ByteQueue();
  private readonly use: PortUse;
  private settleClosed: () => void = () => undefined;
  private isClosed = false;
  /** The search for a board that left the bus, while it lasts. */
  private returning: Promise<void> | null = null;

  /** @throws PortError `claimed` when the session is in use, `closed` when it is closed */
  constructor(
    private readonly session: PortSession,
    private readonly options: SerialDeviceOptions = {},
  ) {
    this.name = NAMES[session.connection];
    this.closed = new Promise((resolve) => (this.settleClosed = resolve));
    if (options.first !== undefined) this.queue.push(options.first);
    this.use = session.claim('console', {
      data: (bytes) => {
        if (this.queue.waiting < MAX_WAITING_BYTES) this.queue.push(bytes);
      },
      lost: () => void this.comeBack(),
    });
  }

  get output(): AsyncIterable<Uint8Array> {
    return this.queue;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.returning;
    await this.attempt(() => this.use.write(bytes));
  }

  async reset(): Promise<void> {
    await this.returning;
    await this.attempt(() => this.use.signal(RUN_SEQUENCE));
    if (this.use.connection === 'uart-bridge') return;
    for (let waited = 0; waited < LEAVE_MS && this.returning === null; waited += LOOK_MS)
      await this.use.sleep(LOOK_MS);
    await this.returning;
    if (this.isClosed) throw gone();
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.end(null);
    if (this.options.closeSession === true) await this.session.close();
  }

  /** A board with its own USB leaves the bus when somebody presses RESET: it is looked for before it counts as gone. */
  private comeBack(): Promise<void> {
    this.returning ??= (async () => {
      try {
        await this.use.reacquire();
      } catch (cause) {
        this.end(gone(cause));
      } finally {
        this.returning = null;
      }
    })();
    return this.returning;
  }

  private end(error: Error | null): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.use.release();
    if (error === null) this.queue.end();
    else this.queue.fail(error);
    this.settleClosed();
  }

  private async attempt(act: () => Promise<void>): Promise<void> {
    if (this.isClosed) throw gone();
    try {
      await act();
    } catch (cause) {
      if (cause instanceof PortError) throw gone(cause);
      throw cause;
    }
  }
}

function gone(cause: unknown = new PortError('closed')): TransportError {
  const { message } = cause instanceof PortError ? cause : new PortError('closed');
  return new TransportError(message, { cause, code: 'board-silent' });
}
