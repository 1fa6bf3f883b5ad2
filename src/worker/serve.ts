/** The worker's side of the protocol; what the jobs do is handed in. */
import type { Runtime } from '../pipeline/types.js';
import type { Progress } from '../shared/progress.js';
import { packError } from './failure.js';
import type { GeneratedText, JobName, Jobs } from './jobs.js';
import { PROTOCOL, type JobMessage, type ToPage, type ToWorker } from './protocol.js';

/** How a running job speaks. */
export interface JobHooks {
  readonly onProgress: (progress: Progress) => void;
  readonly onText: (text: GeneratedText) => void;
  /** Aborted by a `cancel`. */
  readonly signal: AbortSignal;
}

/** What the worker can do. */
export type Work = {
  readonly [Name in JobName]: (input: Jobs[Name]['input'], hooks: JobHooks) => Promise<Jobs[Name]['result']>;
};

/** The part of a worker's global scope that is needed. */
export interface WorkerScope {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
}

/** Milliseconds between two progress messages: smooth for the eye, and no flood for the page's thread. */
const PROGRESS_INTERVAL = 50;

/** Answers messages until the worker is terminated. */
export function serve(scope: WorkerScope, createWork: (runtime: Runtime) => Work): void {
  const post = (message: ToPage, transfer: Transferable[] = []): void => {
    scope.postMessage(message, transfer);
  };
  const running = new Map<number, AbortController>();
  let work: Work | null = null;

  const run = async (message: JobMessage): Promise<void> => {
    const controller = new AbortController();
    running.set(message.id, controller);
    try {
      if (work === null) throw new Error('A job came before the setup.');
      const report = (progress: Progress): void => post({ type: 'progress', id: message.id, progress });
      // Downloads go on beside the other stages.
      const [download, others] = [throttled(report), throttled(report)];
      const result = await start(work, message, {
        onProgress: (progress) => (progress.stage === 'downloading' ? download : others)(progress),
        onText: (text) => {
          post({ type: 'text', id: message.id, text });
        },
        signal: controller.signal,
      });
      post({ type: 'result', id: message.id, result }, transferables(result));
    } catch (error) {
      post({ type: 'failure', id: message.id, error: packError(error) });
    } finally {
      running.delete(message.id);
    }
  };

  scope.addEventListener('message', (event) => {
    const message = event.data as ToWorker;
    switch (message.type) {
      case 'setup':
        work = createWork(message.runtime);
        post({ type: 'ready' });
        break;
      case 'job':
        void run(message);
        break;
      case 'cancel':
        running.get(message.id)?.abort();
        break;
    }
  });
  post({ type: 'hello', protocol: PROTOCOL });
}

/** Calls the job that the message names; the switch keeps input and result of one job together. */
function start(work: Work, message: JobMessage, hooks: JobHooks): Promise<Jobs[JobName]['result']> {
  switch (message.name) {
    case 'inspect':
      return work.inspect(message.input, hooks);
    case 'plan':
      return work.plan(message.input, hooks);
    case 'convert':
      return work.convert(message.input, hooks);
    case 'files':
      return work.files(message.input, hooks);
    case 'generate':
      return work.generate(message.input, hooks);
  }
}

/** A package and a model's files move to the page instead of being copied. */
function transferables(result: Jobs[JobName]['result']): Transferable[] {
  if ('package' in result) return ownMemory(result.package);
  return isFiles(result) ? result.flatMap(({ bytes }) => ownMemory(bytes)) : [];
}

function isFiles(result: Jobs[JobName]['result']): result is Jobs['files']['result'] {
  return Array.isArray(result);
}

/** The memory of bytes that have it to themselves. */
function ownMemory({ buffer, byteOffset, byteLength }: Uint8Array): Transferable[] {
  return buffer instanceof ArrayBuffer && byteOffset === 0 && byteLength === buffer.byteLength
    ? [buffer]
    : [];
}

/** Lets a progress through when it begins or ends a stage, or when the last one is old enough. */
function throttled(report: (progress: Progress) => void): (progress: Progress) => void {
  let current = '';
  let last = -Infinity;
  /** By name: none is left out, however short it was worked on. */
  let begun = new Map<string, number>();
  return ({ itemBytes, ...progress }) => {
    const { stage, item, done, total } = progress;
    const now = performance.now();
    if (itemBytes !== undefined) begun.set(item, itemBytes);
    if (stage === current && (done < total || total === 0) && now - last < PROGRESS_INTERVAL) return;
    current = stage;
    last = now;
    const items = [...begun].map(([name, bytes]) => ({ name, bytes }));
    report(items.length === 0 ? progress : { ...progress, begun: items });
    begun = new Map();
  };
}
