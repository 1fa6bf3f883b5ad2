/** The two ways to an emulator's runner: in a worker, or in this thread for programs that have nothing else to do. */
import type { EmulatorLink } from './emulator.js';
import { makeEmulatorCore } from './emulator-core.js';
import { EmulatorRunner, type RunnerHost } from './emulator-runner.js';
import type { EmulatorCommand, EmulatorEvent } from './emulator-types.js';

/** The part of a `Worker` that is needed. */
export interface EmulatorWorker {
  postMessage(command: EmulatorCommand): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'error', listener: (event: { readonly message: string }) => void): void;
  terminate(): void;
}

/** The runner in this thread; the thread's other work goes on between its slices. */
export function inlineLink(): EmulatorLink {
  let onEvent: (event: EmulatorEvent) => void = () => undefined;
  const host = new ThreadHost((event) => {
    onEvent(event);
  });
  const runner = new EmulatorRunner(host, makeEmulatorCore);
  return {
    listen: (listener) => {
      onEvent = listener;
    },
    post: (command) => void runner.handle(command),
    end: () => {
      host.end();
    },
  };
}

/** The runner in a worker that runs {@link serveEmulator}. */
export function workerLink(worker: EmulatorWorker): EmulatorLink {
  return {
    listen: (onEvent, onLost) => {
      worker.addEventListener('message', ({ data }) => {
        if (isEvent(data)) onEvent(data);
      });
      worker.addEventListener('error', ({ message }) => {
        onLost(new Error(message === '' ? 'its worker stopped' : message));
      });
    },
    post: (command) => {
      worker.postMessage(command);
    },
    end: () => {
      worker.terminate();
    },
  };
}

/** The part of a worker's global scope that is needed. */
export interface EmulatorScope {
  postMessage(message: EmulatorEvent): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

/** The worker's side of {@link workerLink}. */
export function serveEmulator(scope: EmulatorScope): void {
  const runner = new EmulatorRunner(
    new ThreadHost((event) => {
      scope.postMessage(event);
    }),
    makeEmulatorCore,
  );
  scope.addEventListener('message', ({ data }) => void runner.handle(data as EmulatorCommand));
}

const EVENTS = new Set<unknown>([
  'ready',
  'output',
  'status',
  'fault',
  'failure',
  'taken',
  'memory',
  'state',
  'pins',
]);

/** Whether a message is one of ours; browser extensions post their own into workers. */
function isEvent(data: unknown): data is EmulatorEvent {
  return typeof data === 'object' && data !== null && EVENTS.has((data as { type?: unknown }).type);
}

/** What Node has and pages have not. */
interface Immediates {
  readonly setImmediate?: (callback: () => void) => unknown;
}

/** Clock and turns of the thread that this runs in. */
class ThreadHost implements RunnerHost {
  readonly #turns: Turns;

  constructor(readonly post: (event: EmulatorEvent) => void) {
    const { setImmediate } = globalThis as Immediates;
    this.#turns = setImmediate === undefined ? channelTurns() : immediateTurns(setImmediate);
  }

  now(): number {
    return performance.now();
  }

  soon(callback: () => void): void {
    this.#turns.soon(callback);
  }

  later(callback: () => void, milliseconds: number): void {
    setTimeout(callback, milliseconds);
  }

  /** Nothing is called back any more. */
  end(): void {
    this.#turns.end();
  }
}

interface Turns {
  soon(callback: () => void): void;
  end(): void;
}

/** In pages: a message channel is not slowed down in the background as timers are. */
function channelTurns(): Turns {
  const channel = new MessageChannel();
  const waiting: (() => void)[] = [];
  channel.port1.onmessage = () => {
    waiting.shift()?.();
  };
  return {
    soon: (callback) => {
      waiting.push(callback);
      channel.port2.postMessage(null);
    },
    end: () => {
      waiting.length = 0;
      channel.port1.close();
    },
  };
}

/** In Node, where up to a thousand messages are served before anything else gets its turn. */
function immediateTurns(setImmediate: (callback: () => void) => unknown): Turns {
  let ended = false;
  return {
    soon: (callback) => {
      setImmediate(() => {
        if (!ended) callback();
      });
    },
    end: () => {
      ended = true;
    },
  };
}
