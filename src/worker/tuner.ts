/**
 * The program of a thread that tunes: one leads, and answers with the tuned tensors; the others lend it a hand. It is loaded
 * by nobody who does not tune.
 */
import { Breather } from '../pipeline/breather.js';
import { loadTraining } from '../quantize/training.js';
import { climb, type LadderHooks } from '../quantize/ladder.js';
import { OwnHand } from '../quantize/tuning-hand.js';
import type { TuningStore } from '../quantize/tuning-types.js';
import { packError } from './failure.js';
import { handBehind, serveHand, type Port } from './hand-port.js';
import type { FromLeader, ToLeader } from './tuner-port.js';

/** The first message to a thread: what it is. */
export type TunerRole =
  | { readonly type: 'hand'; readonly module: WebAssembly.Module; readonly port: Port }
  | {
      readonly type: 'leader';
      readonly module: WebAssembly.Module;
      readonly port: Port;
      /** To the other threads. */
      readonly hands: readonly Port[];
    };

/**
 * Takes a role.
 * @param store where states are kept, for the leader
 * @param close ends the thread, where it is one of its own
 */
export function serveTuner(role: TunerRole, store: TuningStore | undefined, close?: () => void): void {
  loadTraining(role.module);
  const ended = new AbortController();
  const breather = new Breather();
  const breathe = async (): Promise<void> => {
    await breather.breathe();
    ended.signal.throwIfAborted();
  };
  const own = new OwnHand(breathe, close);
  if (role.type === 'hand') serveHand(role.port, own);
  else lead(role.port, [own, ...role.hands.map(handBehind)], { store, breathe }, ended);
}

function lead(
  port: Port,
  hands: readonly [OwnHand, ...ReturnType<typeof handBehind>[]],
  hooks: LadderHooks,
  ended: AbortController,
): void {
  const post = (message: FromLeader): void => {
    port.postMessage(message, []);
  };
  port.addEventListener('message', ({ data }) => {
    const message = data as ToLeader;
    if (message.type === 'cancel') {
      ended.abort();
      return;
    }
    if (message.type === 'end') {
      for (const hand of [...hands].reverse()) void hand.end();
      return;
    }
    climb(message.task, hands, { ...hooks, onProgress: (progress) => post({ type: 'progress', progress }) })
      .then((tuned) => post({ type: 'tuned', tuned }))
      .catch((error: unknown) => post({ type: 'failure', error: packError(error) }))
      .finally(() => hands[0].dispose());
  });
  port.start();
}
