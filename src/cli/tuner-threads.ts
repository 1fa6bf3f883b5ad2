/** Threads that tune, for the command line. */
import { existsSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { Tuner } from '../quantize/tuning-types.js';
import type { Port } from '../worker/hand-port.js';
import { tunerBehind } from '../worker/tuner-port.js';
import type { TunerRole } from '../worker/tuner.js';
import { loadTrain } from './runtime-files.js';
import type { TunerThreadData } from './tuner-thread.js';
import { cacheFolder } from './tuning-folder.js';

/** Threads by default, and at most: each holds both models. */
const THREADS = { usual: 2, most: 4 };

/** Beside the bundle, or in the source tree. */
const PROGRAMS = ['./tuner-thread.js', './tuner-thread.ts'];

export interface TunerThreads {
  readonly tuner: Tuner;
  /** Ends them at once. */
  end(): Promise<void>;
}

/** @param folder where states are kept; `null`: nowhere. @throws UsageError when the installation is incomplete */
export async function startTuner(
  wanted: number = THREADS.usual,
  folder: string | null = cacheFolder(),
): Promise<TunerThreads> {
  const module = await loadTrain();
  const count = Math.max(1, Math.min(wanted, THREADS.most, os.availableParallelism()));
  const workerData: TunerThreadData = { folder };
  const workers = Array.from({ length: count }, () => new Worker(program(), { workerData }));
  const [leader, ...others] = workers;
  const hands = others.map((worker) => {
    const { port1, port2 } = new MessageChannel();
    assign(worker, { type: 'hand', module, port: asPort(port2) }, [port2]);
    return port1;
  });
  const { port1, port2 } = new MessageChannel();
  if (leader !== undefined)
    assign(leader, { type: 'leader', module, port: asPort(port2), hands: hands.map(asPort) }, [
      port2,
      ...hands,
    ]);
  const failed = new AbortController();
  for (const worker of workers) worker.on('error', (error) => failed.abort(error));
  const tuner = tunerBehind(asPort(port1));
  return {
    tuner: (task, { onProgress, signal }) => {
      const signals = signal === undefined ? [failed.signal] : [failed.signal, signal];
      return tuner(task, { onProgress, signal: AbortSignal.any(signals) });
    },
    end: async () => {
      port1.close();
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** Tunes once: the threads, and what they hold, end with it. */
export function onceWith(threads: TunerThreads): Tuner {
  return (task, hooks) => threads.tuner(task, hooks).finally(() => threads.end());
}

function program(): URL {
  const found = PROGRAMS.map((place) => new URL(place, import.meta.url)).find((url) =>
    existsSync(fileURLToPath(url)),
  );
  if (found === undefined) throw new RangeError('The program of the tuning threads is missing.');
  return found;
}

function assign(worker: Worker, role: TunerRole, ports: readonly MessagePort[]): void {
  worker.postMessage(role, [...ports]);
}

/** Node's ports have listeners as pages' have; their types do not say so. */
function asPort(port: MessagePort): Port {
  return port as unknown as Port;
}
