/**
 * The board's end of a device, message by message: sends requests, gives answers to whoever waits for them, text to
 * whoever shows it, and notices when messages were lost.
 */
import { MESSAGE } from '../schema/console.js';
import { TransportError } from '../shared/errors.js';
import { FrameParser, encodeFrame, type Frame } from './console-codec.js';
import { readAction } from './console-messages.js';
import { BoardError } from './console-protocol.js';
import type { ConsoleAction } from './console-types.js';
import type { Device } from './device.js';

/** What waits for the messages of one request. */
export interface FrameListener {
  /** A promise holds the line back until it is fulfilled. */
  onFrame(frame: Frame): void | Promise<void>;
  /** Messages were lost somewhere before the next one. */
  onLoss(): void;
  /** The line is gone. */
  onError(error: Error): void;
}

/** Requests are numbered with 16 bits; 0 is for messages that answer nothing. */
const REQUESTS = 0xffff;

export class ConsoleLine {
  /** Messages that were begun and came to nothing, or are missing in the board's count. */
  lost = 0;
  private readonly listeners = new Map<number, FrameListener>();
  private readonly parser: FrameParser;
  private readonly decoder = new TextDecoder();
  private found: Frame[] = [];
  private request = Math.floor(Math.random() * REQUESTS);
  private sent = 0;
  private received: number | null = null;
  private error: Error | null = null;

  /**
   * Reads the device from now on.
   * @param onText told everything outside messages, as it comes: the boot log, what people would read
   * @param onAction told what answers do to pins, those of other ports and timers included
   */
  constructor(
    private readonly device: Device,
    private readonly onText: (text: string) => void,
    private readonly onAction: (action: ConsoleAction) => void = () => undefined,
  ) {
    this.parser = new FrameParser({
      onText: (bytes) => this.onText(this.decoder.decode(bytes, { stream: true })),
      onFrame: (frame) => this.found.push(frame),
    });
    void this.read();
  }

  /** A number for a request that no other one under way has. */
  number(): number {
    do this.request = (this.request % REQUESTS) + 1;
    while (this.listeners.has(this.request));
    return this.request;
  }

  listen(request: number, listener: FrameListener): void {
    if (this.error !== null) listener.onError(this.error);
    else this.listeners.set(request, listener);
  }

  forget(request: number): void {
    this.listeners.delete(request);
  }

  /** @throws TransportError when the device is gone */
  async send(type: number, request: number, payload: Uint8Array): Promise<void> {
    if (this.error !== null) throw this.error;
    await this.device.write(encodeFrame({ type, number: this.sent++ & 0xff, request, payload }));
  }

  /** Lets go of the device, which stays open; whoever waits is told. */
  close(
    error: Error = new TransportError('The conversation with the board was ended.', { code: 'board-silent' }),
  ): void {
    if (this.error !== null) return;
    this.error = error;
    for (const listener of [...this.listeners.values()]) listener.onError(error);
    this.listeners.clear();
  }

  private async read(): Promise<void> {
    try {
      for await (const bytes of this.device.output) {
        if (this.error !== null) return;
        this.parser.push(bytes);
        const found = this.found;
        this.found = [];
        for (const frame of found) await this.deliver(frame);
      }
      this.close(new TransportError('The connection to the board was closed.', { code: 'board-silent' }));
    } catch (error) {
      this.close(
        error instanceof TransportError
          ? error
          : new TransportError('The connection to the board broke off.', {
              cause: error,
              code: 'board-silent',
            }),
      );
    }
  }

  private async deliver(frame: Frame): Promise<void> {
    // A welcome may be a restarted board's first message: its count begins anew.
    const expected = this.received === null ? frame.number : (this.received + 1) & 0xff;
    this.received = frame.number;
    if (frame.number !== expected && frame.type !== MESSAGE.welcome) {
      this.lost += (frame.number - expected) & 0xff;
      for (const listener of this.listeners.values()) listener.onLoss();
    }
    if (frame.type === MESSAGE.action) {
      const action = readAction(frame.payload);
      if (action !== null) this.onAction(action);
      return;
    }
    await this.listeners.get(frame.request)?.onFrame(frame);
  }
}

/** The error that an error message stands for. */
export function boardError(frame: Frame): BoardError {
  return new BoardError(frame.payload[0] ?? 0, new TextDecoder().decode(frame.payload.subarray(1)));
}
