/**
 * Messages to and from the chip's loaders over a claimed port. Waits end when a message comes, when time is up, or when the
 * port or the person ends them; nothing is polled, since browsers slow the timers of hidden pages down to one a minute.
 */
import type { PortError, PortReceiver, PortUse } from './port-session.js';
import { SlipDecoder, encodeSlip } from './serial-slip.js';

/** Text kept of what is no message: the mask ROM's boot log is under 1 KiB. */
const TEXT_BYTES = 4 * 1024;

/** Messages that wait to be read. A loader sends eight answers to one SYNC, and one answer to everything else. */
const MAX_WAITING = 256;

/** No message came in time. */
export class LineTimeout extends Error {
  override readonly name = 'LineTimeout';
}

interface Waiter {
  resolve(frame: Uint8Array): void;
  reject(error: Error): void;
}

/** See the top of the file. */
export class FlashLine implements PortReceiver {
  private readonly decoder = new SlipDecoder();
  private frames: Uint8Array[] = [];
  private waiter: Waiter | null = null;
  private failure: Error | null = null;
  private recent = new Uint8Array(0);
  private arrived = 0;
  private onArrival: (() => void) | null = null;
  private claimed: PortUse | null = null;

  /** The claim that this line works over; set once, before anything else. */
  attach(use: PortUse): void {
    this.claimed = use;
  }

  get use(): PortUse {
    if (this.claimed === null) throw new Error('the line has no port');
    return this.claimed;
  }

  /** The last bytes that arrived, messages included. */
  get tail(): Uint8Array {
    return this.recent;
  }

  data(bytes: Uint8Array): void {
    this.arrived += bytes.length;
    const joined = new Uint8Array(this.recent.length + bytes.length);
    joined.set(this.recent);
    joined.set(bytes, this.recent.length);
    this.recent = joined.slice(Math.max(0, joined.length - TEXT_BYTES));
    for (const frame of this.decoder.push(bytes)) this.deliver(frame);
    this.onArrival?.();
  }

  lost(error: PortError): void {
    this.fail(error);
  }

  /** Ends the wait for a message and all later ones with `error`. */
  fail(error: Error): void {
    this.failure ??= error;
    this.waiter?.reject(this.failure);
  }

  /** Messages can be read again: the board was found again, or is to be cleaned up after a cancel. */
  recover(): void {
    this.failure = null;
    this.flush();
  }

  /** Whether {@link fail} was called and with what. */
  get failed(): Error | null {
    return this.failure;
  }

  async send(message: Uint8Array): Promise<void> {
    if (this.failure !== null) throw this.failure;
    await this.use.write(encodeSlip(message));
  }

  /**
   * The next message.
   * @throws LineTimeout; what {@link fail} was given
   */
  receive(milliseconds: number): Promise<Uint8Array> {
    if (this.failure !== null) return Promise.reject(this.failure);
    const ready = this.frames.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiter = null;
        reject(new LineTimeout('no answer'));
      }, milliseconds);
      const settle = (): void => {
        clearTimeout(timer);
        this.waiter = null;
      };
      this.waiter = {
        resolve: (frame) => {
          settle();
          resolve(frame);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      };
    });
  }

  /** Drops messages that nobody has read, and what has arrived of one. */
  flush(): void {
    this.frames = [];
    this.decoder.reset();
  }

  /** As {@link flush}, and what arrives is shown from here on. */
  forget(): void {
    this.flush();
    this.recent = new Uint8Array(0);
  }

  /** Waits until nothing has arrived for `quiet` milliseconds, at most `limit`. */
  async settle(quiet: number, limit: number): Promise<void> {
    for (let waited = 0; waited < limit; waited += quiet) {
      const before = this.arrived;
      await this.use.sleep(quiet);
      if (this.arrived === before) return;
    }
  }

  /** As {@link settle}, and drops it all. */
  async drain(quiet: number, limit: number): Promise<void> {
    await this.settle(quiet, limit);
    this.flush();
  }

  /** Waits until something arrives; `false` when nothing did. */
  async listen(milliseconds: number): Promise<boolean> {
    if (this.recent.length > 0) return true;
    return new Promise((resolve) => {
      const timer = setTimeout(() => finish(false), milliseconds);
      const finish = (came: boolean): void => {
        clearTimeout(timer);
        this.onArrival = null;
        resolve(came);
      };
      this.onArrival = () => finish(true);
    });
  }

  private deliver(frame: Uint8Array): void {
    if (this.waiter !== null) this.waiter.resolve(frame);
    else if (this.frames.length < MAX_WAITING) this.frames.push(frame);
  }
}
