/** The ways to start the worker, and the handshake that tells whether one worked. */
import type { Runtime } from '../pipeline/types.js';
import { PolicyError } from '../shared/policy-error.js';
import { isToPage, PROTOCOL, type ToWorker } from './protocol.js';
import { policy } from './trusted-types.js';

/** One way to start a worker. */
export interface WorkerStart {
  /** For the message when all ways fail, e.g. `blob:`. */
  readonly name: string;
  /** @returns the worker, and what to do once it runs or is given up */
  start(): Started | Promise<Started>;
}

export interface Started {
  readonly worker: Worker;
  readonly release: () => void;
}

/** A worker from inline source: works from any origin, where the policy allows `worker-src blob:`. */
export function blobStart(source: string): WorkerStart {
  return {
    name: 'from a blob',
    start() {
      const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
      const release = (): void => {
        URL.revokeObjectURL(url);
      };
      try {
        return { worker: new Worker(scriptUrl(url)), release };
      } catch (error) {
        release();
        throw error;
      }
    },
  };
}

/** A worker from a file, which must be of the page's own origin. */
export function urlStart(url: string, type: WorkerType = 'classic'): WorkerStart {
  return {
    name: `from ${url}`,
    start: () => ({ worker: new Worker(scriptUrl(url), { type }), release: () => undefined }),
  };
}

/** The worker that a build carries as text, or that the source tree has as a file. */
export function ownStart(source: string | URL): WorkerStart {
  return typeof source === 'string' ? blobStart(source) : urlStart(source.href, 'module');
}

/** The address as `Worker` wants it: as it is, or vouched for where Trusted Types are enforced. */
function scriptUrl(url: string): string {
  // The constructor takes the trusted object where it takes a string.
  return policy === undefined ? url : (policy.createScriptURL(url) as string);
}

/** No thread at all, where the page permits none. */
export function pageStart(onStart: () => void): WorkerStart {
  return {
    name: 'on the page itself',
    async start() {
      const { PageWorker } = await import('./page-worker.js');
      onStart();
      return { worker: new PageWorker(), release: () => undefined };
    },
  };
}

/** How long a worker may take to say hello and to be ready. A refusal by policy is silent in some browsers. */
export const READY_TIMEOUT = 10_000;

/** Whose worker it is, and its file. */
export interface Wanted {
  readonly who: string;
  readonly file: string;
}

const CONVERTER: Wanted = {
  who: 'The page does not let the converter start its worker.',
  file: "worker.js on the page's own origin and name it with the attribute worker-url",
};

const EMULATOR: Wanted = {
  who: 'The emulated board needs a worker, and the page does not let it start one.',
  file: "emulator-worker.js on the page's own origin, beside the worker.js that the attribute worker-url names",
};

interface StartOptions {
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts a worker by the first way that works.
 * @param runtime awaited while the worker loads
 * @throws PolicyError when no way works; whatever `runtime` throws; the signal's reason
 */
export function startWorker(
  ways: readonly WorkerStart[],
  runtime: Promise<Runtime>,
  options: StartOptions = {},
): Promise<Worker> {
  // Rejections are met below; until then nobody may call them unhandled.
  runtime.catch(() => undefined);
  const timeout = options.timeout ?? READY_TIMEOUT;
  return firstThatWorks(ways, CONVERTER, options, async (worker) => {
    const setup: ToWorker = { type: 'setup', runtime: await runtime };
    const ready = heard(worker, 'ready', timeout, options.signal);
    worker.postMessage(setup);
    await ready;
  });
}

/**
 * Starts the emulator's worker, which needs nothing but to say hello, by the first way that works.
 * @throws PolicyError when no way works; the signal's reason
 */
export function startEmulatorWorker(
  ways: readonly WorkerStart[],
  options: StartOptions = {},
): Promise<Worker> {
  return startPlainWorker(ways, EMULATOR, options);
}

/** Starts a worker that needs nothing but to say hello, by the first way that works. @throws as above */
export function startPlainWorker(
  ways: readonly WorkerStart[],
  wanted: Wanted,
  options: StartOptions = {},
): Promise<Worker> {
  return firstThatWorks(ways, wanted, options, () => Promise.resolve());
}

async function firstThatWorks(
  ways: readonly WorkerStart[],
  { who, file }: Wanted,
  options: StartOptions,
  setUp: (worker: Worker) => Promise<void>,
): Promise<Worker> {
  const reasons: string[] = [];
  for (const way of ways) {
    options.signal?.throwIfAborted();
    try {
      return await handshake(way, setUp, options.timeout ?? READY_TIMEOUT, options.signal);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof NoWorker)) throw error;
      reasons.push(`${way.name}: ${error.message}`);
    }
  }
  throw new PolicyError(
    `${who} Add "worker-src blob:" to its Content-Security-Policy, or put ${file}. (${reasons.join('; ')})`,
    'worker',
  );
}

/** This way does not work; another may. */
class NoWorker extends Error {}

async function handshake(
  way: WorkerStart,
  setUp: (worker: Worker) => Promise<void>,
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<Worker> {
  let started: Started;
  try {
    started = await way.start();
  } catch (error) {
    throw new NoWorker(error instanceof Error ? error.message : String(error));
  }
  const { worker, release } = started;
  try {
    await heard(worker, 'hello', timeout, signal);
    await setUp(worker);
    return worker;
  } catch (error) {
    worker.terminate();
    throw error;
  } finally {
    release();
  }
}

function heard(
  worker: Worker,
  type: 'hello' | 'ready',
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController();
    const finish = (error?: Error): void => {
      clearTimeout(timer);
      controller.abort();
      if (error === undefined) resolve();
      else reject(error);
    };
    const timer = setTimeout(() => {
      finish(new NoWorker(`no answer within ${timeout / 1000} s`));
    }, timeout);
    const listen = { signal: controller.signal };
    worker.addEventListener(
      'message',
      (event: MessageEvent<unknown>) => {
        if (!isToPage(event.data) || event.data.type !== type) return;
        const foreign = event.data.type === 'hello' && event.data.protocol !== PROTOCOL;
        finish(foreign ? new NoWorker('it belongs to another version of the converter') : undefined);
      },
      listen,
    );
    worker.addEventListener(
      'error',
      (event) => {
        event.preventDefault();
        finish(new NoWorker(event.message || 'refused'));
      },
      listen,
    );
    worker.addEventListener(
      'messageerror',
      () => {
        finish(new NoWorker('its message could not be read'));
      },
      listen,
    );
    signal?.addEventListener(
      'abort',
      () => {
        finish(signal.reason as Error);
      },
      listen,
    );
  });
}
