/** A tuning behind a port, for the conversion that waits for it. */
import type { LadderTask, Tuned, Tuner } from '../quantize/tuning-types.js';
import type { Progress } from '../shared/progress.js';
import { unpackError, type PackedError } from './failure.js';
import type { Port } from './hand-port.js';

export type ToLeader =
  | { readonly type: 'tune'; readonly task: LadderTask }
  | { readonly type: 'cancel' }
  /** No task follows: the threads end, and their memory is free. */
  | { readonly type: 'end' };

export type FromLeader =
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'tuned'; readonly tuned: Tuned }
  | { readonly type: 'failure'; readonly error: PackedError };

/** The tuner at the other end of a port; one task after another. A task's tensors move there. */
export function tunerBehind(port: Port): Tuner {
  let hear: (message: FromLeader) => void = () => undefined;
  port.addEventListener('message', ({ data }) => {
    hear(data as FromLeader);
  });
  port.start();
  return (task, { onProgress, signal }) =>
    new Promise((resolve, reject) => {
      const cancel = (): void => {
        port.postMessage({ type: 'cancel' } satisfies ToLeader, []);
        reject(signal?.reason as Error);
      };
      if (signal?.aborted === true) {
        cancel();
        return;
      }
      signal?.addEventListener('abort', cancel, { once: true });
      hear = (message) => {
        if (message.type === 'progress') {
          onProgress?.(message.progress);
          return;
        }
        signal?.removeEventListener('abort', cancel);
        if (message.type === 'tuned') resolve(message.tuned);
        else reject(unpackError(message.error));
      };
      const buffers = [...task.model.tensors.values()].map(({ buffer }) => buffer as ArrayBuffer);
      port.postMessage({ type: 'tune', task } satisfies ToLeader, [...new Set(buffers)]);
      task.model.tensors.clear();
    });
}

/** The same for a single task, whose threads end with it. */
export function onceBehind(port: Port): Tuner {
  const tuner = tunerBehind(port);
  return (task, hooks) =>
    tuner(task, hooks).finally(() => {
      port.postMessage({ type: 'end' } satisfies ToLeader, []);
    });
}
