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
// Who reads the output may stop early, as `head` does: then there is nobody left to work for.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  received.push('SIGPIPE');
  controller.abort();
});
const code = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  signal: controller.signal,
});
// A shell expects 128 and the signal's number of a program that a signal ended; 130 is that of an interrupt.
const [signal] = received;
process.exitCode = code === 130 && signal !== undefined ? 128 + constants.signals[signal] : code;
