/** Files and folders that must not be left behind when the work is ended from outside: the process's first thread is told of them. */
import { parentPort } from 'node:worker_threads';

/** What the working thread says of a path. */
export interface UnfinishedMessage {
  readonly type: 'unfinished' | 'finished';
  readonly path: string;
}

/** Something is there that is to be removed unless {@link finished} is said of it. */
export function unfinished(path: string): void {
  parentPort?.postMessage({ type: 'unfinished', path } satisfies UnfinishedMessage);
}

/** It has its name, or is gone. */
export function finished(path: string): void {
  parentPort?.postMessage({ type: 'finished', path } satisfies UnfinishedMessage);
}
