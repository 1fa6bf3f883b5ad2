/** One generation on the board, from the request to its end: messages in, tokens out, at the reader's pace. */
import { MESSAGE, PAYLOAD } from '../schema/console.js';
import { TransportError } from '../shared/errors.js';
import type { Frame } from './console-codec.js';
import { boardError, type ConsoleLine, type FrameListener } from './console-line.js';
import { generatePayload, readEnd, readStart, takeLayout } from './console-messages.js';
import type { ConsoleEnd, ConsoleRequest, ConsoleToken } from './console-types.js';

/** Tokens that wait for the reader before the line is held back, and with it the board. */
const MAX_WAITING = 64;

/**
 * A board that has said nothing for so many timeouts is asked for its counters: when the end of the generation was lost,
 * the answer shows that something is missing. A pass over a prompt on the slowest boards takes seconds.
 */
const SILENCE = 2;

/** Questions without an answer after which the board is gone. */
const QUESTIONS = 20;

/** How often the request is sent while the board has not said that it begins. */
const ATTEMPTS = 6;

export class ConsoleGeneration implements FrameListener {
  /** The board computes for this, as far as is known. */
  private running = false;
  /** Nobody reads the tokens any more. */
  private abandoned = false;
  private readonly request: number;
  private readonly payload: Uint8Array;
  private readonly waiting: ConsoleToken[] = [];
  /** A token whose logits are not complete. */
  private partial: { token: ConsoleToken; logits: Float32Array; have: number } | null = null;
  private end: ConsoleEnd | null = null;
  private error: Error | null = null;
  /** Text of the next token that did not fit into its message. */
  private moreText = '';
  private started = false;
  private wakeReader: (() => void) | null = null;
  private wakeLine: (() => void) | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @throws UsageError for what no request can hold */
  constructor(
    private readonly line: ConsoleLine,
    private readonly options: ConsoleRequest,
    private readonly vocabSize: number,
    private readonly timeout: number,
  ) {
    this.payload = generatePayload(options);
    this.request = line.number();
  }

  /** The prompt is on the board. */
  async *run(): AsyncGenerator<ConsoleToken, ConsoleEnd, void> {
    const { signal } = this.options;
    const onAbort = (): void => {
      this.stop();
      if (this.started) this.watch();
    };
    this.line.listen(this.request, this);
    signal?.addEventListener('abort', onAbort);
    try {
      this.send(ATTEMPTS);
      if (signal?.aborted === true) this.stop();
      for (;;) {
        const token = this.waiting.shift();
        if (token !== undefined) {
          this.wakeLine?.();
          this.wakeLine = null;
          yield token;
        } else if (this.error !== null) {
          throw this.error;
        } else if (this.end !== null) {
          return this.end;
        } else {
          await new Promise<void>((resolve) => (this.wakeReader = resolve));
        }
      }
    } finally {
      signal?.removeEventListener('abort', onAbort);
      await this.settle();
      clearTimeout(this.timer);
      this.line.forget(this.request);
    }
  }

  /** Stops a board that still computes, and waits until it says so: the next request would find it busy. */
  private async settle(): Promise<void> {
    this.abandoned = true;
    this.waiting.length = 0;
    this.wakeLine?.();
    clearTimeout(this.timer);
    for (let attempt = 0; this.running && attempt < ATTEMPTS; attempt++) {
      this.stop();
      await new Promise<void>((resolve) => {
        this.wakeReader = resolve;
        this.timer = setTimeout(resolve, this.timeout);
      });
      clearTimeout(this.timer);
    }
  }

  private get aborted(): boolean {
    return this.options.signal?.aborted === true;
  }

  onFrame(frame: Frame): void | Promise<void> {
    if (frame.type === MESSAGE.finished || frame.type === MESSAGE.error) this.running = false;
    if (!this.abandoned && this.error === null) {
      this.watch();
      try {
        this.take(frame);
      } catch (error) {
        this.fail(error);
      }
    }
    if (this.abandoned && this.running) return undefined;
    this.wakeReader?.();
    this.wakeReader = null;
    if (this.waiting.length < MAX_WAITING) return undefined;
    return new Promise<void>((resolve) => (this.wakeLine = resolve));
  }

  onLoss(): void {
    if (!this.running) return;
    this.fail(
      new TransportError(
        'Messages of the board were lost on the line. Generate again, on USB if the line is a UART.',
        { code: 'board-line' },
      ),
    );
  }

  onError(error: Error): void {
    this.running = false;
    this.fail(error);
  }

  private take({ type, payload }: Frame): void {
    switch (type) {
      case MESSAGE.started:
        if (!this.started) this.options.onStart?.(readStart(payload));
        this.started = true;
        break;
      case MESSAGE.prefill: {
        const { done, total, micros } = takeLayout(PAYLOAD.prefill, payload).values;
        this.options.onPrefill?.(done, total, micros);
        break;
      }
      case MESSAGE.token:
        this.takeToken(payload);
        break;
      case MESSAGE.moreText:
        this.moreText += new TextDecoder().decode(payload);
        break;
      case MESSAGE.logits:
        this.takeLogits(payload);
        break;
      case MESSAGE.finished:
        this.end = readEnd(payload);
        clearTimeout(this.timer);
        break;
      case MESSAGE.error:
        throw boardError({ type, payload, number: 0, request: this.request });
      default:
        // A newer firmware may say more.
        break;
    }
  }

  private takeToken(payload: Uint8Array): void {
    const { values, rest } = takeLayout(PAYLOAD.token, payload);
    const token: ConsoleToken = { ...values, text: this.moreText + new TextDecoder().decode(rest) };
    this.moreText = '';
    if (this.options.logits !== true) this.waiting.push(token);
    else this.partial = { token, logits: new Float32Array(this.vocabSize), have: 0 };
  }

  private takeLogits(payload: Uint8Array): void {
    const { values, rest } = takeLayout(PAYLOAD.logits, payload);
    const { partial } = this;
    const { first } = values;
    const count = rest.length >> 2;
    if (partial?.have !== first || first + count > this.vocabSize) {
      throw new TransportError('The board sent logits that do not fit together.', { code: 'board-line' });
    }
    const view = new DataView(rest.buffer, rest.byteOffset);
    for (let i = 0; i < count; i++) partial.logits[first + i] = view.getFloat32(4 * i, true);
    partial.have += count;
    if (partial.have < this.vocabSize) return;
    this.waiting.push({ ...partial.token, logits: partial.logits });
    this.partial = null;
  }

  /** Asks the board to end; the tokens that it has made still come, and then the end. */
  private stop(): void {
    this.line
      .send(MESSAGE.cancel, this.line.number(), new Uint8Array())
      .catch((error: unknown) => this.fail(error));
  }

  private send(attempts: number): void {
    if (attempts === 0) {
      this.fail(
        new TransportError('The board does not answer the request to generate.', { code: 'board-silent' }),
      );
      return;
    }
    this.timer = setTimeout(() => this.send(attempts - 1), this.timeout);
    this.running = true;
    this.line.send(MESSAGE.generate, this.request, this.payload).catch((error: unknown) => this.fail(error));
  }

  /** Waits for the next message; asks for one when none comes. An abort is said again, in case its first word was lost. */
  private watch(questions = QUESTIONS): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(
      () => {
        if (questions === 0) {
          this.fail(
            new TransportError('The board has fallen silent. Reset it and connect again.', {
              code: 'board-silent',
            }),
          );
          return;
        }
        const type = this.aborted ? MESSAGE.cancel : MESSAGE.stats;
        this.line
          .send(type, this.line.number(), new Uint8Array())
          .catch((error: unknown) => this.fail(error));
        this.watch(questions - 1);
      },
      this.aborted ? this.timeout : SILENCE * this.timeout,
    );
  }

  private fail(error: unknown): void {
    this.error ??= error instanceof Error ? error : new Error(String(error));
    clearTimeout(this.timer);
    this.wakeReader?.();
    this.wakeReader = null;
  }
}
