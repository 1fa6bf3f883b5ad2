/**
 * The messages between page and worker.
 *
 * worker `hello` → page `setup` (the compiled modules) → worker `ready`; then jobs, each answered by any number of
 * `progress` and `text` and exactly one `result` or `failure`.
 */
import type { Runtime } from '../pipeline/types.js';
import type { Progress } from '../shared/progress.js';
import type { PackedError } from './failure.js';
import type { GeneratedText, JobName, Jobs } from './jobs.js';

/** Raised with every incompatible change: page and worker may come from different releases when both are cached. */
export const PROTOCOL = 2;

export type JobMessage = {
  readonly [Name in JobName]: {
    readonly type: 'job';
    readonly id: number;
    readonly name: Name;
    readonly input: Jobs[Name]['input'];
  };
}[JobName];

export type ToWorker =
  | { readonly type: 'setup'; readonly runtime: Runtime }
  | JobMessage
  /** Asks a job to end early and to answer all the same. */
  | { readonly type: 'cancel'; readonly id: number };

export type ToPage =
  | { readonly type: 'hello'; readonly protocol: number }
  | { readonly type: 'ready' }
  | { readonly type: 'progress'; readonly id: number; readonly progress: Progress }
  | { readonly type: 'text'; readonly id: number; readonly text: GeneratedText }
  | { readonly type: 'result'; readonly id: number; readonly result: Jobs[JobName]['result'] }
  | { readonly type: 'failure'; readonly id: number; readonly error: PackedError };

const TYPES = new Set<string>(['hello', 'ready', 'progress', 'text', 'result', 'failure']);

/** Whether a message is one of ours; browser extensions post their own into workers. */
export function isToPage(data: unknown): data is ToPage {
  return typeof data === 'object' && data !== null && TYPES.has(String((data as { type?: unknown }).type));
}
