/**
 * Speaks with a board's firmware over any device (docs/console.md): who it is, generate, settings, measurements. Text
 * that the board writes for people goes on beside it.
 */
import { CONSOLE_VERSION, MESSAGE } from '../schema/console.js';
import { TransportError, UsageError } from '../shared/errors.js';
import type { Frame } from './console-codec.js';
import { ConsoleGeneration } from './console-generation.js';
import { ConsoleLine, boardError } from './console-line.js';
import {
  FactPages,
  idBytes,
  promptPieces,
  readSettings,
  readWelcome,
  samplingBlock,
} from './console-messages.js';
import type {
  ConsoleAction,
  ConsoleEnd,
  ConsoleRequest,
  ConsoleSampling,
  ConsoleSettings,
  ConsoleToken,
  ConsoleWelcome,
} from './console-types.js';
import type { Device } from './device.js';

export { BoardError, type BoardErrorCode, type ConsoleEndReason } from './console-protocol.js';
export type * from './console-types.js';

export interface ConsoleOptions {
  /** Told everything that the board writes for people, in pieces as they come. */
  readonly onText?: ((text: string) => void) | undefined;
  /** Told what answers do to pins, those of other ports and of timers included. */
  readonly onAction?: ((action: ConsoleAction) => void) | undefined;
  /** Milliseconds in which the board must be greeted: it may be booting. Default 15,000. */
  readonly patience?: number | undefined;
  /** Milliseconds after which a request is sent once more. Default 1,500. */
  readonly timeout?: number | undefined;
  /** Milliseconds that a measurement may take. Default 180,000. */
  readonly benchTimeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const PATIENCE = 15_000;
const TIMEOUT = 1_500;

/** Between two greetings of a board that does not answer. */
const GREETING_INTERVAL = 500;

/** How often a request is sent before the board counts as gone. The board reads nothing while the model works. */
const ATTEMPTS = 6;

/** A measurement runs through memories and tokens; the slowest boards take seconds for each token. */
const BENCH_TIMEOUT = 180_000;

/** What one request is answered with, and how patiently. */
interface Asking {
  readonly payload?: Uint8Array | undefined;
  readonly timeout: number;
  readonly attempts: number;
  readonly signal?: AbortSignal | undefined;
}

export class ConsoleClient {
  private constructor(
    private readonly line: ConsoleLine,
    /** What the board said when it was greeted. */
    readonly welcome: ConsoleWelcome,
    private readonly timeout: number,
    private readonly benchTimeout: number,
  ) {}

  /**
   * Greets the board until it answers.
   * @throws TransportError when it does not, or goes away; BoardError when it speaks another version;
   *   the signal's reason when it is aborted
   */
  static async connect(device: Device, options: ConsoleOptions = {}): Promise<ConsoleClient> {
    const line = new ConsoleLine(device, options.onText ?? (() => undefined), options.onAction);
    try {
      const attempts = Math.max(1, Math.ceil((options.patience ?? PATIENCE) / GREETING_INTERVAL));
      const asking: Asking = {
        payload: Uint8Array.of(CONSOLE_VERSION),
        timeout: GREETING_INTERVAL,
        attempts,
        signal: options.signal,
      };
      const welcome = readWelcome(await ask(line, MESSAGE.hello, payloadOf(MESSAGE.welcome), asking));
      return new ConsoleClient(
        line,
        welcome,
        options.timeout ?? TIMEOUT,
        options.benchTimeout ?? BENCH_TIMEOUT,
      );
    } catch (error) {
      line.close();
      throw error;
    }
  }

  /** Messages that did not arrive or arrived damaged. */
  get lost(): number {
    return this.line.lost;
  }

  /** Board, memory and model, by the names of docs/console.md. */
  async info(signal?: AbortSignal): Promise<ReadonlyMap<string, string>> {
    return this.askFacts(MESSAGE.info, { signal });
  }

  /** Counters and the speed of the last generation. */
  async stats(signal?: AbortSignal): Promise<ReadonlyMap<string, string>> {
    return this.askFacts(MESSAGE.stats, { signal });
  }

  /**
   * Changes the settings that typed prompts and requests without values of their own use.
   * @param options.defaults first go back to what the package says
   * @returns all settings
   */
  async set(
    sampling: ConsoleSampling,
    options: { readonly defaults?: boolean | undefined; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<ConsoleSettings> {
    const payload = samplingBlock(sampling, options.defaults);
    return readSettings(await this.ask(MESSAGE.set, MESSAGE.settings, { payload, signal: options.signal }));
  }

  /**
   * Measures the memories and the token rate beside their limits; takes seconds.
   * An abort cancels the measurement and rejects with the signal's reason.
   */
  async bench(signal?: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const asking = { signal, timeout: this.benchTimeout, attempts: 1 };
    try {
      return await this.askFacts(MESSAGE.bench, asking);
    } catch (error) {
      if (signal?.aborted === true) await this.cancel();
      throw error;
    }
  }

  /** Forgets the conversation. */
  async reset(signal?: AbortSignal): Promise<void> {
    await this.ask(MESSAGE.reset, MESSAGE.ok, { signal });
  }

  /** Stops what runs for this port; true when something did. It ends with a message of its own. */
  async cancel(signal?: AbortSignal): Promise<boolean> {
    const payload = await this.ask(MESSAGE.cancel, MESSAGE.ok, { signal });
    return (payload[0] ?? 0) !== 0;
  }

  /** Resets the board. The device stays open where it can; greet the board again with {@link ConsoleClient.connect}. */
  async reboot(): Promise<void> {
    await this.ask(MESSAGE.reboot, MESSAGE.ok, { attempts: 1 });
    this.close();
  }

  /**
   * Generates token by token. Leaving the loop early stops the board.
   * @returns how the generation ended
   * @throws UsageError for requests that cannot be sent; BoardError when the board refuses; TransportError when it
   *   goes away or messages were lost on the line, in which case the generation is stopped
   */
  async *generate(request: ConsoleRequest): AsyncGenerator<ConsoleToken, ConsoleEnd, void> {
    if ((request.prompt === undefined) === (request.ids === undefined)) {
      throw new UsageError('give either a prompt or ids.');
    }
    const kind = request.ids === undefined ? 'text' : 'ids';
    const bytes =
      request.ids === undefined ? new TextEncoder().encode(request.prompt ?? '') : idBytes(request.ids);
    const generation = new ConsoleGeneration(this.line, request, this.welcome.vocabSize, this.timeout);
    for (const payload of promptPieces(kind, bytes)) {
      await this.ask(MESSAGE.prompt, MESSAGE.ok, { payload, signal: request.signal });
    }
    return yield* generation.run();
  }

  /** Ends the conversation; the device stays open. What waits rejects with a TransportError. */
  close(): void {
    this.line.close();
  }

  private ask(type: number, answer: number, asking: Partial<Asking>): Promise<Uint8Array> {
    return ask(this.line, type, payloadOf(answer), { timeout: this.timeout, attempts: ATTEMPTS, ...asking });
  }

  private askFacts(type: number, asking: Partial<Asking>): Promise<ReadonlyMap<string, string>> {
    const pages = new FactPages();
    const read = (frame: Frame): ReadonlyMap<string, string> | null =>
      frame.type === MESSAGE.facts ? pages.take(frame.payload) : null;
    return ask(this.line, type, read, { timeout: this.timeout, attempts: ATTEMPTS, ...asking });
  }
}

/** Reads the payload of one type of message. */
function payloadOf(type: number): (frame: Frame) => Uint8Array | null {
  return (frame) => (frame.type === type ? frame.payload : null);
}

/**
 * Sends a request, again while no answer comes: requests that may be sent twice only.
 * @param read the answer that a message completes, or `null` to wait for the next one
 */
async function ask<T>(
  line: ConsoleLine,
  type: number,
  read: (frame: Frame) => T | null,
  asking: Asking,
): Promise<T> {
  const { payload = new Uint8Array(), timeout, attempts, signal } = asking;
  signal?.throwIfAborted();
  const request = line.number();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onAbort: (() => void) | undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      let sent = 0;
      line.listen(request, {
        onFrame: (frame) => {
          if (frame.type === MESSAGE.error) {
            reject(boardError(frame));
            return;
          }
          try {
            const answer = read(frame);
            if (answer !== null) resolve(answer);
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        },
        onLoss: () => undefined,
        onError: reject,
      });
      onAbort = () => reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
      signal?.addEventListener('abort', onAbort);
      const send = (): void => {
        if (sent++ === attempts) {
          reject(
            new TransportError(
              'The board does not answer. Check that it runs this firmware and that no other program uses the port.',
              { code: 'board-silent' },
            ),
          );
          return;
        }
        timer = setTimeout(send, timeout);
        line.send(type, request, payload).catch(reject);
      };
      send();
    });
  } finally {
    clearTimeout(timer);
    if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
    line.forget(request);
  }
}
