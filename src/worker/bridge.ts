/**
 * The page's one door to the worker.
 *
 * The worker starts with the first job and ends when it was idle for a while. Jobs run one after another. An abort
 * terminates the worker, which stops the work at once and gives its memory back; only a generation is asked to end by
 * itself first, so that its text is kept. A conversion's worker is not used again: WebAssembly memory never shrinks.
 */
import type { Runtime } from '../pipeline/types.js';
import { either } from '../shared/either.js';
import type { OnProgress } from '../shared/progress.js';
import { unpackError } from './failure.js';
import type { GeneratedText, GenerateRequest, GenerateSummary, JobName, Jobs } from './jobs.js';
import { isToPage, type JobMessage, type ToPage, type ToWorker } from './protocol.js';
import { startWorker, type WorkerStart } from './start.js';
import { missingPart } from './worker-program.js';

/** The worker ended without an answer: it ran out of memory, or the browser stopped it. */
export class WorkerCrash extends Error {
  override readonly name = 'WorkerCrash';

  constructor(detail: string) {
    super(
      `The conversion stopped unexpectedly${detail === '' ? '' : ` (${detail})`}. ` +
        'Usually memory ran out: close other tabs or take a smaller model, then try again.',
    );
  }
}

export interface BridgeOptions {
  /** Called when a worker is started. */
  readonly runtime: () => Promise<Runtime>;
  /** Called when a worker is started: the ways to start it, best first. */
  readonly starts: () => Promise<readonly WorkerStart[]>;
  /** Milliseconds that a starting worker may be silent. Default {@link READY_TIMEOUT}. */
  readonly readyTimeout?: number | undefined;
  /** Milliseconds without work after which the worker is ended. Default {@link IDLE_TIMEOUT}. */
  readonly idleTimeout?: number | undefined;
  /** Milliseconds that a cancelled generation gets to end by itself. Default {@link CANCEL_GRACE}. */
  readonly cancelGrace?: number | undefined;
}

/** Long enough to read a report and ask again, short enough not to hold a model's memory for nothing. */
export const IDLE_TIMEOUT = 60_000;

/** A step of a model that fits this chip takes milliseconds. */
export const CANCEL_GRACE = 2_000;

/** How a caller follows a job. */
export interface JobOptions {
  readonly onProgress?: OnProgress | undefined;
  readonly onText?: ((text: GeneratedText) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface LiveWorker {
  readonly worker: Worker;
  /** The package that its twin has loaded. */
  loaded: number | null;
}

export class ConverterBridge {
  readonly #options: BridgeOptions;
  readonly #keys = new WeakMap<Uint8Array, number>();
  #lastKey = 0;
  #lastJob = 0;
  #live: LiveWorker | null = null;
  #tail: Promise<void> = Promise.resolve();
  #idle: ReturnType<typeof setTimeout> | undefined;
  readonly #disposed = new AbortController();

  constructor(options: BridgeOptions) {
    this.#options = options;
  }

  /** Whether a worker is there now. */
  get running(): boolean {
    return this.#live !== null;
  }

  /**
   * Runs a job.
   * @throws what the job throws; PolicyError when no worker can be started; WorkerCrash; the signal's reason
   */
  async run<Name extends Exclude<JobName, 'generate'>>(
    name: Name,
    input: Jobs[Name]['input'],
    options: JobOptions = {},
  ): Promise<Jobs[Name]['result']> {
    return this.#inTurn(options, async (live) => {
      try {
        return await this.#ask(live, name, input, options);
      } finally {
        if (name === 'convert') this.#end(live);
      }
    });
  }

  /**
   * Generates text from a converted package. An abort ends it with the reason `cancelled` and the text so far.
   * @param bytes the package; it is copied to the worker once
   * @throws as {@link run}
   */
  async generate(
    bytes: Uint8Array,
    request: GenerateRequest,
    options: JobOptions = {},
  ): Promise<GenerateSummary> {
    const key = this.#key(bytes);
    return this.#inTurn(options, async (live) => {
      const known = live.loaded === key;
      live.loaded = key;
      return this.#ask(live, 'generate', { request, key, package: known ? null : bytes }, options);
    });
  }

  /** Ends the worker for good; running and waiting jobs are rejected with an `AbortError`. */
  dispose(): void {
    this.#disposed.abort(new DOMException('The converter was removed from the page.', 'AbortError'));
    if (this.#live !== null) this.#end(this.#live);
  }

  #key(bytes: Uint8Array): number {
    let key = this.#keys.get(bytes);
    if (key === undefined) {
      key = ++this.#lastKey;
      this.#keys.set(bytes, key);
    }
    return key;
  }

  async #inTurn<T>(options: JobOptions, job: (live: LiveWorker) => Promise<T>): Promise<T> {
    const turn = this.#tail;
    let done: () => void = () => undefined;
    this.#tail = new Promise((resolve) => {
      done = resolve;
    });
    try {
      await turn;
      this.#disposed.signal.throwIfAborted();
      options.signal?.throwIfAborted();
      clearTimeout(this.#idle);
      return await job((this.#live ??= await this.#start(options.signal)));
    } finally {
      done();
      this.#sleepLater();
    }
  }

  async #start(signal: AbortSignal | undefined): Promise<LiveWorker> {
    const started = new AbortController();
    const stop = either([this.#disposed.signal, signal], started.signal);
    const runtime = this.#options.runtime();
    runtime.catch(() => undefined);
    try {
      const worker = await startWorker(await this.#options.starts(), runtime, {
        timeout: this.#options.readyTimeout,
        signal: stop,
      });
      return { worker, loaded: null };
    } finally {
      started.abort();
    }
  }

  #ask<Name extends JobName>(
    live: LiveWorker,
    name: Name,
    input: Jobs[Name]['input'],
    options: JobOptions,
  ): Promise<Jobs[Name]['result']> {
    const id = ++this.#lastJob;
    const { worker } = live;
    const controller = new AbortController();
    const stop = either([this.#disposed.signal, options.signal], controller.signal);
    return new Promise((resolve, reject) => {
      let grace: ReturnType<typeof setTimeout> | undefined;
      const settle = (outcome: () => void): void => {
        clearTimeout(grace);
        controller.abort();
        outcome();
      };
      const giveUp = (reason: unknown): void => {
        this.#end(live);
        settle(() => {
          reject(reason instanceof Error ? reason : new DOMException(String(reason), 'AbortError'));
        });
      };
      const answered = (answer: Answer): void => {
        // A model that could not be loaded is not loaded.
        if (answer.type === 'failure') live.loaded = null;
        settle(() => {
          // The id ties the answer to this job's name.
          if (answer.type === 'result') {
            resolve(answer.result);
            return;
          }
          const error = unpackError(answer.error);
          // Its program does not grow: the next worker's will be whole.
          if (missingPart(error) !== null) this.#end(live);
          reject(error);
        });
      };
      listen(worker, id, options, controller.signal, answered, giveUp);
      stop.addEventListener(
        'abort',
        () => {
          if (name !== 'generate' || this.#disposed.signal.aborted) {
            giveUp(stop.reason);
            return;
          }
          post(worker, { type: 'cancel', id });
          grace = setTimeout(() => {
            giveUp(stop.reason);
          }, this.#options.cancelGrace ?? CANCEL_GRACE);
        },
        { signal: controller.signal },
      );
      // Name and input belong together by this method's signature.
      post(worker, { type: 'job', id, name, input } as JobMessage, portsOf(input));
    });
  }

  #end(live: LiveWorker): void {
    live.worker.terminate();
    if (this.#live === live) this.#live = null;
  }

  #sleepLater(): void {
    clearTimeout(this.#idle);
    if (this.#live === null) return;
    this.#idle = setTimeout(() => {
      if (this.#live !== null) this.#end(this.#live);
    }, this.#options.idleTimeout ?? IDLE_TIMEOUT);
  }
}

/** The last message about a job. */
type Answer = Extract<ToPage, { type: 'result' | 'failure' }>;

/** Hears a worker out about one job until the signal is aborted. */
function listen(
  worker: Worker,
  id: number,
  { onProgress, onText }: JobOptions,
  signal: AbortSignal,
  answered: (answer: Answer) => void,
  giveUp: (reason: WorkerCrash) => void,
): void {
  worker.addEventListener(
    'message',
    ({ data: message }: MessageEvent<unknown>) => {
      if (!isToPage(message) || !('id' in message) || message.id !== id) return;
      switch (message.type) {
        case 'progress':
          onProgress?.(message.progress);
          break;
        case 'text':
          onText?.(message.text);
          break;
        case 'result':
        case 'failure':
          answered(message);
          break;
      }
    },
    { signal },
  );
  worker.addEventListener(
    'error',
    (event) => {
      event.preventDefault();
      giveUp(new WorkerCrash(event.message));
    },
    { signal },
  );
  worker.addEventListener(
    'messageerror',
    () => {
      giveUp(new WorkerCrash('an answer could not be read'));
    },
    { signal },
  );
}

function post(worker: Worker, message: ToWorker, transfer: Transferable[] = []): void {
  worker.postMessage(message, transfer);
}

/** A port cannot be copied. */
function portsOf(input: Jobs[JobName]['input']): Transferable[] {
  return 'tuner' in input && input.tuner !== undefined ? [input.tuner] : [];
}
