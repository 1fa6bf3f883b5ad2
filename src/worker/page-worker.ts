/**
 * A worker without a thread: the same program on the page's own, for pages that permit no worker at all. It yields now and
 * then, so the page stays alive, but it stutters; loaded only when every other way has failed.
 */
import { serve } from './serve.js';
import { createWork } from './work.js';
import type { ToWorker } from './protocol.js';

/** Behaves as a `Worker` as far as the bridge uses one. Nothing is copied on the way: both sides share what they send. */
export class PageWorker extends EventTarget implements Worker {
  onmessage: Worker['onmessage'] = null;
  onmessageerror: Worker['onmessageerror'] = null;
  onerror: Worker['onerror'] = null;
  readonly #inside = new EventTarget();
  /** Jobs without an answer. */
  readonly #running = new Set<number>();
  #ended = false;

  constructor() {
    super();
    serve(
      {
        postMessage: (message) => {
          this.#answer(message);
        },
        addEventListener: (type, listener) => {
          this.#inside.addEventListener(type, (event) => {
            listener(event as MessageEvent<unknown>);
          });
        },
      },
      createWork,
    );
  }

  postMessage(message: unknown): void {
    const { type, ...job } = message as ToWorker;
    if (type === 'job' && 'id' in job) this.#running.add(job.id);
    later(() => {
      if (!this.#ended) this.#deliver(message);
    });
  }

  /** Asks everything that runs to stop at its next breath; nothing is heard of it any more. */
  terminate(): void {
    this.#ended = true;
    for (const id of this.#running) this.#deliver({ type: 'cancel', id } satisfies ToWorker);
  }

  #deliver(message: unknown): void {
    this.#inside.dispatchEvent(new MessageEvent('message', { data: message }));
  }

  #answer(message: unknown): void {
    const { type, id } = message as { readonly type: string; readonly id?: number };
    if (id !== undefined && (type === 'result' || type === 'failure')) this.#running.delete(id);
    later(() => {
      if (!this.#ended) this.dispatchEvent(new MessageEvent('message', { data: message }));
    });
  }
}

/** Messages arrive in a later turn, as those of threads do. */
function later(task: () => void): void {
  setTimeout(task, 0);
}
