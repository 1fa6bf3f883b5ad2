/** Starts the worker that studies a frontier; everything it needs is loaded when it is asked for. */
import type { Frontier } from '../pipeline/frontier.js';
import type { OnProgress } from '../shared/progress.js';
import { PolicyError } from '../shared/policy-error.js';
import { unpackError } from './failure.js';
import type { FrontierAnswer, FrontierTask } from './frontier-study.js';
import type { ConvertSettings, ModelSource } from './jobs.js';
import { compileOnce, loadRuntime, type RuntimeUrls } from './runtime.js';
import { startPlainWorker, urlStart, type Wanted } from './start.js';
import { addPart, programStart, withParts } from './worker-program.js';

/** Addresses of what a study needs. */
export interface FrontierUrls extends RuntimeUrls {
  /** `train.wasm`. */
  readonly train: string;
  /** A copy of `worker.js` on the page's own origin, for pages that forbid blobs; `null` for none. */
  readonly worker: string | null;
}

const FRONTIER: Wanted = {
  who: 'The measurement needs a worker, and the page does not let it start one.',
  file: "worker.js on the page's own origin and name it with the attribute worker-url",
};

/**
 * Measures a frontier; on the page itself where it permits no worker.
 * @throws TransportError, PolicyError; what the pipeline throws; the signal's reason
 */
export async function studyFrontier(
  urls: FrontierUrls,
  source: ModelSource,
  settings: ConvertSettings,
  { onProgress, signal }: { readonly onProgress: OnProgress; readonly signal: AbortSignal },
): Promise<Frontier> {
  const [runtime, train] = await Promise.all([loadRuntime(urls), compileOnce(urls.train)]);
  const task: FrontierTask = { type: 'study', source, settings, runtime: { ...runtime, train } };
  // What it surely needs, so that its first worker has it.
  await addPart('frontier-study');
  return withParts(() => studyOnce(urls, task, onProgress, signal));
}

/** @throws as {@link studyFrontier}; what {@link withParts} knows when its worker lacks a part */
async function studyOnce(
  urls: FrontierUrls,
  task: FrontierTask,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<Frontier> {
  const worker = await startOwn(urls.worker, signal);
  try {
    return await new Promise<Frontier>((resolve, reject) => {
      const hear = (message: FrontierAnswer): void => {
        if (message.type === 'progress') onProgress(message.progress);
        else if (message.type === 'result') resolve(message.result);
        else reject(unpackError(message.error));
      };
      const stop = (): void => {
        reject(signal.reason as Error);
      };
      signal.throwIfAborted();
      signal.addEventListener('abort', stop, { once: true });
      if (worker === null) {
        import('./frontier-study.js').then(({ serveFrontier }) => serveFrontier(task, hear, signal), reject);
        return;
      }
      worker.addEventListener('message', ({ data }: MessageEvent<FrontierAnswer>) => {
        hear(data);
      });
      worker.addEventListener('error', ({ message }) => {
        reject(new Error(message));
      });
      worker.postMessage(task);
    });
  } finally {
    worker?.terminate();
  }
}

/** `null` where the page permits none. */
async function startOwn(workerUrl: string | null, signal: AbortSignal): Promise<Worker | null> {
  const starts = [await programStart(), ...(workerUrl === null ? [] : [urlStart(workerUrl)])];
  try {
    return await startPlainWorker(starts, FRONTIER, { signal });
  } catch (error) {
    if (error instanceof PolicyError) return null;
    throw error;
  }
}
