/**
 * The process's first thread: it starts the one that works, writes what that says, and hears signals, which a thread that
 * computes does not.
 */
import { rmSync } from 'node:fs';
import { constants } from 'node:os';
import { Worker } from 'node:worker_threads';
import { wantsColour } from './colour.js';
import { describeFailure } from './commands.js';
import { ShownStream, type OutputStream } from './terminal.js';
import type { UnfinishedMessage } from './unfinished.js';

/** What the working thread is told about the streams. */
export type StreamFacts = Readonly<Record<'stdout' | 'stderr', Required<Omit<OutputStream, 'write'>>>>;

/** What the working thread starts with. */
export interface WorkData {
  readonly streams: StreamFacts;
  /** How the program is called, as a person would type it. */
  readonly program: string;
}

/** What the working thread says. */
export type FromWork =
  | UnfinishedMessage
  | { readonly type: 'write'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly type: 'done'; readonly code: number };

/** What it hears. */
export type ToWork = { readonly type: 'abort' } | { readonly type: 'resize'; readonly streams: StreamFacts };

/** Milliseconds that the work gets to end in order: removing files, ending a board's run. */
const GRACE = 2000;

/** What ends the work. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The exit code of work that was aborted; see `commands.ts`. */
const INTERRUPTED = 130;

/** Starts the program's working thread and sees it through to the process's exit code. */
export function supervise(script: URL, program: string): void {
  const data: WorkData = { streams: streamFacts(), program };
  const worker = new Worker(script, { argv: process.argv.slice(2), workerData: data });
  const present = new Set<string>();
  const received: (keyof typeof constants.signals)[] = [];
  let isOutputLost = false;
  let isOver = false;

  // Whatever ends the process: nothing unfinished stays.
  process.on('exit', () => {
    for (const path of present) removeNow(path);
  });
  const end = (code: number): void => {
    if (isOver) return;
    isOver = true;
    void worker.terminate().then(() => {
      // A shell expects 128 and the signal's number of a program that a signal ended; 130 is that of an interrupt.
      const [signal] = received;
      const isSignal = code === INTERRUPTED && signal !== undefined;
      process.exitCode = isOutputLost ? 1 : isSignal ? 128 + constants.signals[signal] : code;
      // The handlers would keep the process from ending by a signal that comes now.
      for (const name of SIGNALS) process.removeAllListeners(name);
    });
  };
  const abort = (): void => {
    worker.postMessage({ type: 'abort' } satisfies ToWork);
    setTimeout(() => {
      if (!isOver && received.some((signal) => signal !== 'SIGPIPE')) process.stderr.write('Cancelled.\n');
      end(INTERRUPTED);
    }, GRACE).unref();
  };
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      received.push(signal);
      // The first asks, the next does not wait.
      if (received.length === 1) abort();
      else end(INTERRUPTED);
    });
  }
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Who reads the output may stop early, as `head` does: then there is nobody left to work for.
    if (error.code === 'EPIPE') received.push('SIGPIPE');
    else {
      if (!isOutputLost) process.stderr.write(`The output cannot be written: ${error.message}.\n`);
      isOutputLost = true;
      // It may be known only when the work is done.
      process.exitCode = 1;
    }
    abort();
  });
  process.stdout.on('resize', () => {
    worker.postMessage({ type: 'resize', streams: streamFacts() } satisfies ToWork);
  });
  worker.on('message', (message: FromWork) => {
    if (message.type === 'write') process[message.stream].write(message.text);
    else if (message.type === 'done') end(message.code);
    else if (message.type === 'unfinished') present.add(message.path);
    else present.delete(message.path);
  });
  worker.on('error', (error: Error) => {
    // Node would write what such an error says as it is.
    new ShownStream(process.stderr).write(`${describeFailure(error)}\n`);
    end(1);
  });
  worker.on('exit', () => {
    end(1);
  });
}

function removeNow(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // Nobody is left to be told; the next command finds it.
  }
}

function streamFacts(): StreamFacts {
  const { stdout, stderr } = process;
  const facts = (stream: Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>>): StreamFacts['stdout'] => ({
    isTTY: stream.isTTY === true,
    columns: stream.columns,
    hasColours: wantsColour(stream, process.env),
    isDumb: process.env['TERM'] === 'dumb',
  });
  return { stdout: facts(stdout), stderr: facts(stderr) };
}
