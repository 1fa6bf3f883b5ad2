/**
 * Hands behind ports: what one thread asks another for while it tunes. Requests are answered one by one, in their order.
 * Gradients move. Tensors go one by one; nothing else that goes there and back is large.
 */
import type { Hand, Learned } from '../quantize/tuning-hand.js';
import { release } from '../shared/release.js';
import { packError, unpackError, type PackedError } from './failure.js';

/** The part of a `MessagePort` that is used; those of Node and of browsers alike. */
export interface Port {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  start(): void;
  close(): void;
}

type Call = {
  [Name in keyof Hand]: { readonly name: Name; readonly inputs: Parameters<Hand[Name]> };
}[keyof Hand];
type Answer =
  { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: PackedError };

/** Answers what comes through a port with a hand. */
export function serveHand(port: Port, hand: Hand): void {
  let turn = Promise.resolve();
  port.addEventListener('message', ({ data }) => {
    const { id, ...call } = data as Call & { readonly id: number };
    turn = turn.then(async () => {
      try {
        const result = await answer(hand, call);
        port.postMessage({ id, result } satisfies Answer, buffersOf(call.name, result));
        for (const input of call.inputs) if (ArrayBuffer.isView(input)) release(input);
      } catch (error) {
        port.postMessage({ id, error: packError(error) } satisfies Answer, []);
      }
    });
  });
  port.start();
}

function answer(hand: Hand, call: Call): Promise<unknown> {
  switch (call.name) {
    case 'begin':
      return hand.begin(...call.inputs);
    case 'supply':
      return hand.supply(...call.inputs);
    case 'complete':
      return hand.complete(...call.inputs);
    case 'quantize':
      return hand.quantize(...call.inputs);
    case 'write':
      return hand.write(...call.inputs);
    case 'learn':
      return hand.learn(...call.inputs);
    case 'step':
      return hand.step(...call.inputs);
    case 'judge':
      return hand.judge(...call.inputs);
    case 'numbers':
      return hand.numbers(...call.inputs);
    case 'restore':
      return hand.restore(...call.inputs);
    case 'tuned':
      return hand.tuned(...call.inputs);
    case 'end':
      return hand.end(...call.inputs);
  }
}

function buffersOf(name: Call['name'], result: unknown): ArrayBuffer[] {
  return name === 'learn' ? (result as Learned).sums.map(({ buffer }) => buffer) : [];
}

/** The hand at the other end of a port. */
export function handBehind(port: Port): Hand {
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: unknown) => void }>();
  let last = 0;
  port.addEventListener('message', ({ data }) => {
    const message = data as Answer;
    const caller = waiting.get(message.id);
    waiting.delete(message.id);
    if ('error' in message) caller?.reject(unpackError(message.error));
    else caller?.resolve(message.result);
  });
  port.start();
  const ask =
    <Name extends keyof Hand>(name: Name) =>
    (...inputs: Parameters<Hand[Name]>): ReturnType<Hand[Name]> => {
      const id = ++last;
      const promise = new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
      port.postMessage({ id, name, inputs }, []);
      return promise as ReturnType<Hand[Name]>;
    };
  return {
    begin: ask('begin'),
    supply: ask('supply'),
    complete: ask('complete'),
    quantize: ask('quantize'),
    write: ask('write'),
    learn: ask('learn'),
    step: ask('step'),
    judge: ask('judge'),
    numbers: ask('numbers'),
    restore: ask('restore'),
    tuned: ask('tuned'),
    end: ask('end'),
  };
}
