/**
 * The one owner of a serial port. It reads all the time, so that no board ever waits for a reader; hands what arrives to
 * whoever has claimed the port; knows when the board is gone; and finds it again after it left the bus to restart, when
 * browsers may give it another handle.
 */
import type { ResetStep } from './port-reset.js';
import {
  connectionOf,
  type Connection,
  type SerialLike,
  type SerialPortIdentity,
  type SerialPortLike,
  type SerialSignals,
} from './serial-types.js';

/** Baud rate of the firmware's console and of the mask ROM's loader. */
export const DEFAULT_BAUD = 115_200;

/** What the browser keeps for a busy page: 64 KiB are 5 s at 115200 baud. */
const BUFFER_BYTES = 64 * 1024;

/** A board that restarts is back on the bus in well under 2 s; hubs and slow hosts need longer. */
const REACQUIRE_MS = 8_000;

/** Between looks for a board that is coming back. */
const LOOK_MS = 100;

/** A board takes 16 KiB in 1.5 s at 115200 baud; one that takes nothing for so long does not read any more. */
const WRITE_TIMEOUT_MS = 10_000;

/** Closing a port whose board is gone may never end. */
const CLOSE_TIMEOUT_MS = 2_000;

/** Line errors in a row, without a byte between them, after which the line is given up. */
const MAX_LINE_ERRORS = 50;

export type PortErrorCode =
  /** Another program, or another page, has the port. */
  | 'busy'
  /** This page uses it for something else. */
  | 'claimed'
  /** The board left the bus. */
  | 'lost'
  /** It did not come back. */
  | 'gone'
  /** The board takes no more bytes. */
  | 'stuck'
  | 'closed';

const PROBLEMS: Record<PortErrorCode, string> = {
  busy: 'The port cannot be opened. Close other programs and pages that use the board, then try again.',
  claimed: 'The port is in use by this page. Finish or cancel what is running first.',
  lost: 'The board was unplugged or left the bus. Plug it in again and retry.',
  gone: 'The board restarted and did not come back. Choose it again.',
  stuck: 'The board takes no more data. Unplug it, plug it in again and retry.',
  closed: 'The port is closed.',
};

/** The port cannot be used. */
export class PortError extends Error {
  override readonly name = 'PortError';

  constructor(
    readonly code: PortErrorCode,
    options: { cause?: unknown } = {},
  ) {
    super(PROBLEMS[code], options);
  }
}

export type Sleep = (milliseconds: number) => Promise<void>;

/** Waits by the wall clock. */
export const sleep: Sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export interface PortSessionOptions {
  /** Finds the board again after it left the bus; without it, only the same handle is tried. */
  readonly serial?: SerialLike | undefined;
  readonly port: SerialPortLike;
  readonly baudRate?: number;
  readonly sleep?: Sleep;
}

/** Who gets what arrives. */
export interface PortReceiver {
  data(bytes: Uint8Array): void;
  /** The board left the bus; {@link PortUse.reacquire} may find it again. */
  lost(error: PortError): void;
}

/** A claim on the port. Every method fails with `closed` after {@link release}. */
export interface PortUse {
  readonly connection: Connection;
  readonly identity: SerialPortIdentity;
  readonly baudRate: number;
  /** Whether the board left the bus and was not found again. */
  readonly lost: boolean;
  readonly sleep: Sleep;
  /** @throws PortError */
  write(bytes: Uint8Array): Promise<void>;
  /** Steps on the control lines. Ends early, without error, when the board leaves the bus: that is what a restart may do. */
  signal(steps: readonly ResetStep[]): Promise<void>;
  /** Closes and opens with another baud rate; with some bridges that restarts the board. */
  reopen(baudRate: number): Promise<void>;
  /**
   * Finds the board after it left the bus, and opens it with the same baud rate.
   * @throws PortError `gone`; the signal's reason
   */
  reacquire(signal?: AbortSignal): Promise<void>;
  /** Gives the port back; the session stays open. */
  release(): void;
}

/** See the top of the file. */
export class PortSession {
  private port: SerialPortLike;
  private readonly serial: SerialLike | undefined;
  private readonly sleep: Sleep;
  private rate: number;
  private user: { readonly name: string; readonly receiver: PortReceiver } | null = null;
  private reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
  private pumping: Promise<void> = Promise.resolve();
  private state: 'open' | 'lost' | 'closed' = 'closed';
  /** {@link close} was called: nothing opens the port again. */
  private ended = false;
  /** Ports that were there before the board left: one that appears is the board. */
  private known: readonly SerialPortLike[] = [];

  private constructor(options: PortSessionOptions) {
    this.port = options.port;
    this.serial = options.serial;
    this.rate = options.baudRate ?? DEFAULT_BAUD;
    this.sleep = options.sleep ?? sleep;
  }

  /** @throws PortError `busy` */
  static async open(options: PortSessionOptions): Promise<PortSession> {
    const session = new PortSession(options);
    await session.start();
    return session;
  }

  get connection(): Connection {
    return connectionOf(this.identity);
  }

  get identity(): SerialPortIdentity {
    return this.port.getInfo();
  }

  get baudRate(): number {
    return this.rate;
  }

  get isOpen(): boolean {
    return this.state === 'open';
  }

  get isLost(): boolean {
    return this.state === 'lost';
  }

  /** Whether it works over this handle and still has its board. */
  isOver(port: SerialPortLike): boolean {
    return this.state === 'open' && this.port === port;
  }

  /** What the port is used for, `null` when nobody has claimed it. */
  get usedFor(): string | null {
    return this.user?.name ?? null;
  }

  /**
   * Takes the port for one purpose.
   * @throws PortError `claimed` when it is in use, `closed` after {@link close}
   */
  claim(name: string, receiver: PortReceiver): PortUse {
    if (this.state === 'closed') throw new PortError('closed');
    if (this.user !== null) throw new PortError('claimed');
    const user = { name, receiver };
    this.user = user;
    const mine = async <T>(act: () => Promise<T>): Promise<T> => {
      if (this.user !== user) throw new PortError('closed');
      return act();
    };
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- getters of an object literal have their own `this`
    const session = this;
    return {
      get connection() {
        return session.connection;
      },
      get identity() {
        return session.identity;
      },
      get baudRate() {
        return session.rate;
      },
      get lost() {
        return session.state === 'lost';
      },
      sleep: this.sleep,
      write: (bytes) => mine(() => this.write(bytes)),
      signal: (steps) => mine(() => this.signal(steps)),
      reopen: (baudRate) => mine(() => this.reopen(baudRate)),
      reacquire: (signal) => mine(() => this.reacquire(signal)),
      release: () => {
        if (this.user === user) this.user = null;
      },
    };
  }

  /** Ends the session; safe to call twice and after the board is gone. */
  async close(): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    this.state = 'closed';
    this.user = null;
    await this.shut();
  }

  private async start(): Promise<void> {
    try {
      await this.port.open({ baudRate: this.rate, bufferSize: BUFFER_BYTES });
    } catch (cause) {
      throw new PortError(nameOf(cause) === 'InvalidStateError' ? 'claimed' : 'busy', { cause });
    }
    if (this.ended) {
      // Closed while the browser was opening it.
      await this.port.close().catch(() => undefined);
      throw new PortError('closed');
    }
    this.state = 'open';
    this.known = await this.allowedPorts();
    if (this.ended) return;
    this.pumping = this.pump(this.port);
  }

  /** Reads until the port is closed. A line error (noise, overrun) gives a new stream; anything else is the end. */
  private async pump(port: SerialPortLike): Promise<void> {
    let errors = 0;
    while (
      this.state === 'open' &&
      this.port === port &&
      port.readable !== null &&
      errors < MAX_LINE_ERRORS
    ) {
      const reader = port.readable.getReader();
      this.reader = reader;
      try {
        for (;;) {
          const { value, done } = await reader.read();
          if (done) break;
          errors = 0;
          this.user?.receiver.data(value);
        }
        break;
      } catch {
        // `readable` is null after an error that is final, and a fresh stream after one that is not.
        errors += 1;
      } finally {
        reader.releaseLock();
        this.reader = null;
      }
    }
    if (this.state === 'open' && this.port === port && !this.reopening) this.lose();
  }

  private reopening = false;

  private lose(): void {
    if (this.state !== 'open') return;
    this.state = 'lost';
    this.user?.receiver.lost(new PortError('lost'));
  }

  private async write(bytes: Uint8Array): Promise<void> {
    this.requireOpen();
    const { writable } = this.port;
    if (writable === null) {
      this.lose();
      throw new PortError('lost');
    }
    const writer = writable.getWriter();
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new PortError('stuck')), WRITE_TIMEOUT_MS);
      });
      await Promise.race([writer.write(bytes), late]);
    } catch (cause) {
      if (cause instanceof PortError) {
        // What hangs would block every later write and the closing.
        void writer.abort().catch(() => undefined);
        throw cause;
      }
      this.lose();
      throw new PortError('lost', { cause });
    } finally {
      clearTimeout(timer);
      writer.releaseLock();
    }
  }

  private async signal(steps: readonly ResetStep[]): Promise<void> {
    this.requireOpen();
    this.known = await this.allowedPorts();
    for (const { dtr, rts, milliseconds } of steps) {
      const signals: SerialSignals = { dataTerminalReady: dtr, requestToSend: rts };
      try {
        await this.port.setSignals(signals);
      } catch {
        this.lose();
        return;
      }
      if (milliseconds > 0) await this.sleep(milliseconds);
    }
  }

  private async reopen(baudRate: number): Promise<void> {
    this.requireOpen();
    this.reopening = true;
    try {
      await this.shut();
      this.rate = baudRate;
      this.state = 'closed';
      await this.start();
    } catch (error) {
      this.state = this.ended ? 'closed' : 'lost';
      throw error;
    } finally {
      this.reopening = false;
    }
  }

  private async reacquire(signal?: AbortSignal): Promise<void> {
    if (this.state === 'closed') throw new PortError('closed');
    if (this.state === 'open') return;
    await this.shut();
    for (let waited = 0; waited < REACQUIRE_MS; waited += LOOK_MS) {
      for (const candidate of await this.candidates()) {
        this.port = candidate;
        try {
          await this.start();
          return;
        } catch {
          // Not there yet, or not ready: look again.
          if (this.ended) throw new PortError('closed');
        }
      }
      await this.sleep(LOOK_MS);
      signal?.throwIfAborted();
      if ((this.state as string) === 'closed') throw new PortError('closed');
    }
    throw new PortError('gone');
  }

  /**
   * Handles that may be the board: new ones of the same make first, then the chip's own USB unit, as which its loader appears
   * when the program before had another identity, then the one it had.
   */
  private async candidates(): Promise<SerialPortLike[]> {
    const { identity } = this;
    const ports = await this.allowedPorts();
    const fresh = ports.filter((port) => !this.known.includes(port));
    const same = fresh.filter((port) => sameMake(port.getInfo(), identity));
    const loaders = fresh.filter(
      (port) => !same.includes(port) && connectionOf(port.getInfo()) === 'usb-serial-jtag',
    );
    return [...same, ...(this.connection === 'usb-otg' ? loaders : []), this.port];
  }

  private async allowedPorts(): Promise<readonly SerialPortLike[]> {
    try {
      return (await this.serial?.getPorts()) ?? [];
    } catch {
      return [];
    }
  }

  private async shut(): Promise<void> {
    const closing = async (): Promise<void> => {
      await this.reader?.cancel().catch(() => undefined);
      await this.pumping;
      await this.port.close();
    };
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
    });
    // A port whose board is gone may refuse to close; there is nothing left to do about it.
    await Promise.race([closing().catch(() => undefined), late]);
    clearTimeout(timer);
  }

  private requireOpen(): void {
    if (this.state === 'lost') throw new PortError('lost');
    if (this.state === 'closed') throw new PortError('closed');
  }
}

function sameMake(a: SerialPortIdentity, b: SerialPortIdentity): boolean {
  return a.usbVendorId === b.usbVendorId && a.usbProductId === b.usbProductId;
}

function nameOf(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined;
}
