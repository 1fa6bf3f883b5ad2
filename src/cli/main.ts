#!/usr/bin/env node
/** Starts the command line in a Node process: the work in a thread of its own, so that signals are always heard. */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { main } from './commands.js';
import { supervise, type FromWork, type ToWork, type WorkData } from './supervisor.js';
import { programName } from './program-name.js';
import type { OutputStream } from './terminal.js';

if (isMainThread) supervise(new URL(import.meta.url), programName(process.argv[1], process.cwd()));
else if (parentPort !== null) work(parentPort);

function work(port: NonNullable<typeof parentPort>): void {
  const controller = new AbortController();
  const { program, ...data } = workerData as WorkData;
  let { streams } = data;
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
    get hasColours() {
      return streams[name].hasColours;
    },
    get isDumb() {
      return streams[name].isDumb;
    },
    write: (text) => {
      say({ type: 'write', stream: name, text });
    },
  });
  // Not awaited here: in one file, what is imported while the work goes on stands behind these lines and must be there before.
  void main(process.argv.slice(2), {
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    program,
    signal: controller.signal,
  }).then((code) => {
    say({ type: 'done', code });
  });
}
