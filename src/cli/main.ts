#!/usr/bin/env node
/** Starts the command line in a Node process. */
import { constants } from 'node:os';
import { main } from './commands.js';

// The first of these ends the work in order, without unfinished files; the same again ends the process at once.
const controller = new AbortController();
const received: (keyof typeof constants.signals)[] = [];
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    received.push(signal);
    controller.abort();
  });
}
let isOutputLost = false;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Who reads the output may stop early, as `head` does: then there is nobody left to work for.
  if (error.code === 'EPIPE') received.push('SIGPIPE');
  else {
    if (!isOutputLost) process.stderr.write(`The output cannot be written: ${error.message}.\n`);
    isOutputLost = true;
    // It may be known only when the work is done.
    process.exitCode = 1;
  }
  controller.abort();
});
// Not awaited here: in one file, what is imported while the work goes on stands behind these lines and must be there before.
void main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  signal: controller.signal,
}).then((code) => {
  // A shell expects 128 and the signal's number of a program that a signal ended; 130 is that of an interrupt.
  const [signal] = received;
  const isSignal = code === 130 && signal !== undefined;
  process.exitCode = isOutputLost ? 1 : isSignal ? 128 + constants.signals[signal] : code;
});
