/** Starts the threads that tune; everything they need is loaded when they are first asked for. */
import { PolicyError } from '../shared/policy-error.js';
import { compileOnce } from './runtime.js';
import { ownStart, startPlainWorker, urlStart, type Wanted, type WorkerStart } from './start.js';
import type { TunerRole } from './tuner.js';

/** Addresses of the gradient engine. */
export interface TunerUrls {
  /** `train.wasm`. */
  readonly train: string;
  /** A copy of `tuner-worker.js` on the page's own origin, for pages that forbid blobs; `null` for none. */
  readonly worker: string | null;
}

const TUNER: Wanted = {
  who: 'The tuning needs a worker, and the page does not let it start one.',
  file: "tuner-worker.js on the page's own origin, beside the worker.js that the attribute worker-url names",
};

/** Threads that wait for a task. */
export interface StartedTuner {
  /** For the conversion's worker, which is given it. */
  readonly port: MessagePort;
  readonly threads: number;
  /** Ends them at once. */
  end(): void;
}

/** Threads by default, and at most: each holds both models. */
export const TUNER_THREADS = { usual: 2, most: 4 };

/** How many threads are started when so many are wanted. */
export function tunerThreads(wanted: number = TUNER_THREADS.usual): number {
  const cores = navigator.hardwareConcurrency;
  return Math.max(1, Math.min(wanted, TUNER_THREADS.most, cores > 0 ? cores : 1));
}

/**
 * Starts threads; where the page lets fewer start, as many as it does, and the page itself does the work where it lets none.
 * @throws TransportError when the engine cannot be loaded; PolicyError when the page may not compile it
 */
export async function startTuner(
  urls: TunerUrls,
  wanted?: number,
  signal?: AbortSignal,
): Promise<StartedTuner> {
  const starts = await tunerStarts(urls.worker);
  const begun = await Promise.allSettled(
    Array.from({ length: tunerThreads(wanted) }, () => startPlainWorker(starts, TUNER, { signal })),
  );
  const workers = begun.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const end = (): void => {
    for (const worker of workers) worker.terminate();
  };
  try {
    const fault = begun.find((one) => one.status === 'rejected' && !(one.reason instanceof PolicyError));
    if (fault?.status === 'rejected') throw fault.reason;
    const module = await compileOnce(urls.train);
    if (workers.length === 0) return await onPage(module);
    const port = giveRoles(workers, module);
    return { port, threads: workers.length, end };
  } catch (error) {
    end();
    throw error;
  }
}

/** Makes the first a leader and joins the others to it; gives the leader's port. */
function giveRoles(workers: readonly Worker[], module: WebAssembly.Module): MessagePort {
  const [leader, ...others] = workers;
  const hands = others.map((worker) => {
    const { port1, port2 } = new MessageChannel();
    worker.postMessage({ type: 'hand', module, port: port2 } satisfies TunerRole, [port2]);
    return port1;
  });
  const { port1, port2 } = new MessageChannel();
  leader?.postMessage({ type: 'leader', module, port: port2, hands } satisfies TunerRole, [port2, ...hands]);
  return port1;
}

/** No thread at all, where the page permits none. */
async function onPage(module: WebAssembly.Module): Promise<StartedTuner> {
  const { serveTuner } = await import('./tuner.js');
  const { port1, port2 } = new MessageChannel();
  serveTuner({ type: 'leader', module, port: port2, hands: [] }, undefined);
  return {
    port: port1,
    threads: 0,
    end: () => {
      port2.close();
    },
  };
}

async function tunerStarts(workerUrl: string | null): Promise<WorkerStart[]> {
  const { tunerWorkerSource } = await import('./tuner-worker-source.js');
  const own = ownStart(tunerWorkerSource);
  return workerUrl === null ? [own] : [own, urlStart(workerUrl)];
}
