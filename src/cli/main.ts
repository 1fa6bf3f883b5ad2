#!/usr/bin/env node
/** Starts the command line in a Node process: the work in a thread of its own, so that signals are always heard. */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { main } from './commands.js';
import { supervise, type FromWork, type StreamFacts, type ToWork } from './supervisor.js';
import type { OutputStream } from './terminal.js';

if (isMainThread) supervise(new URL(import.meta.url));
else if (parentPort !== null) work(parentPort);

function work(port: NonNullable<typeof parentPort>): void {
  const controller = new AbortController();
  let streams = workerData as StreamFacts;
  port.on('message', (message: ToWork) => {
    if (message.type === 'abort') controller.abort();
    else streams = message.streams;
  });
  const say = (message: FromWork): void => {
    port.postMessage(message);
  };
  const stream = (name: 'stdout' | 'stderr'): OutputStream => ({
    get isTTY() {
      return streams[name].isTTY;
    },
    get columns() {
      return streams[name].columns;
    },
    write: (text) => {
      say({ type: 'write', stream: name, text });
    },
  });
  // Not awaited here: in one file, what is imported while the work goes on stands behind these lines and must be there before.
  void main(process.argv.slice(2), {
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    signal: controller.signal,
  }).then((code) => {
    say({ type: 'done', code });
  });
}
