/** A tuning behind a port, for the conversion that waits for it. */
import type { LadderTask, Tuned, Tuner } from '../quantize/tuning-types.js';
import type { Progress } from '../shared/progress.js';
import { unpackError, type PackedError } from './failure.js';
import type { Port } from './hand-port.js';

export type ToLeader = { readonly type: 'tune'; readonly task: LadderTask } | { readonly type: 'cancel' };

export type FromLeader =
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'tuned'; readonly tuned: Tuned }
  | { readonly type: 'failure'; readonly error: PackedError };

/** The tuner at the other end of a port; one task after another. */
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
      port.postMessage({ type: 'tune', task } satisfies ToLeader, []);
    });
}
