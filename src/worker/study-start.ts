/** Starts the worker of a study; everything it needs is loaded when it is asked for. */
import { PolicyError } from '../shared/policy-error.js';
import { unpackError } from './failure.js';
import { startPlainWorker, urlStart, type Wanted } from './start.js';
import type { StudyAnswer, StudyTask } from './study.js';
import { addPart, programStart, withParts } from './worker-program.js';

const STUDY: Wanted = {
  who: 'The measurement needs a worker, and the page does not let it start one.',
  file: "worker.js on the page's own origin and name it with the attribute worker-url",
};

/** A study and how it is done where the page permits no worker. */
export interface Study<Task extends StudyTask, Result, Told> {
  readonly task: Task;
  /** The part of the worker's program that does it. */
  readonly part: string;
  readonly serve: () => Promise<
    (task: Task, answer: (message: StudyAnswer<Result, Told>) => void, signal?: AbortSignal) => Promise<void>
  >;
}

export interface StudyOptions<Told> {
  /** A copy of `worker.js` on the page's own origin, for pages that forbid blobs; `null` for none. */
  readonly worker: string | null;
  readonly tell: (told: Told) => void;
  readonly signal: AbortSignal;
}

/** @throws TransportError, PolicyError; what the pipeline throws; the signal's reason */
export async function startStudy<Task extends StudyTask, Result, Told>(
  study: Study<Task, Result, Told>,
  options: StudyOptions<Told>,
): Promise<Result> {
  // What it surely needs, so that its first worker has it.
  await addPart(study.part);
  return withParts(() => studyOnce(study, options));
}

/** @throws as {@link startStudy}; what {@link withParts} knows when its worker lacks a part */
async function studyOnce<Task extends StudyTask, Result, Told>(
  { task, serve }: Study<Task, Result, Told>,
  { worker: workerUrl, tell, signal }: StudyOptions<Told>,
): Promise<Result> {
  const worker = await startOwn(workerUrl, signal);
  try {
    return await new Promise<Result>((resolve, reject) => {
      const hear = (message: StudyAnswer<Result, Told>): void => {
        if (message.type === 'told') tell(message.told);
        else if (message.type === 'result') resolve(message.result);
        else reject(unpackError(message.error));
      };
      signal.throwIfAborted();
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      if (worker === null) {
        serve().then((inPage) => inPage(task, hear, signal), reject);
        return;
      }
      worker.addEventListener('message', ({ data }: MessageEvent<StudyAnswer<Result, Told>>) => {
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
    return await startPlainWorker(starts, STUDY, { signal });
  } catch (error) {
    if (error instanceof PolicyError) return null;
    throw error;
  }
}
