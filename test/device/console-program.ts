/** The board's application as a program (device-runtime/host/console_program.c), behind the interface of a device. */
import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { TransportError } from '../../src/shared/errors.js';
import { ByteQueue } from '../../src/device/byte-queue.js';
import type { Device } from '../../src/device/device.js';

const HOST = fileURLToPath(new URL('../../device-runtime/host/', import.meta.url));
const run = promisify(execFile);

/** Builds the program; why it cannot be, or `null`. */
export async function buildConsoleProgram(): Promise<string | null> {
  const cc = process.env['CC'] ?? 'cc';
  for (const tool of [cc, 'make']) {
    const works = await run(tool, ['--version']).then(
      () => true,
      () => false,
    );
    if (!works) return `no ${tool}`;
  }
  await run('make', ['--no-print-directory', '-C', HOST, 's3lm-console']);
  return null;
}

/** What the line does to bytes on their way: noise, in the tests. */
export interface LineEffects {
  readonly toHost?: (bytes: Uint8Array) => Uint8Array;
  readonly toBoard?: (bytes: Uint8Array) => Uint8Array;
}

/** A board that runs here. */
export class ProgramBoard implements Device {
  readonly name = 's3lm-console';
  readonly output = new ByteQueue();
  readonly closed: Promise<void>;
  private child: ChildProcessWithoutNullStreams;

  constructor(
    private readonly args: readonly string[],
    private readonly effects: LineEffects = {},
  ) {
    this.child = this.start();
    this.closed = new Promise((resolve) => this.child.once('exit', () => resolve()));
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.child.exitCode !== null) throw new TransportError('The program has ended.');
    this.child.stdin.write(this.effects.toBoard?.(bytes) ?? bytes);
  }

  async reset(): Promise<void> {
    this.child.removeAllListeners();
    this.child.kill();
    this.child = this.start();
  }

  async close(): Promise<void> {
    this.child.kill();
    await this.closed;
  }

  private start(): ChildProcessWithoutNullStreams {
    const child = spawn(`${HOST}build/s3lm-console`, this.args);
    child.stdout.on('data', (bytes: Buffer) =>
      this.output.push(this.effects.toHost?.(bytes) ?? new Uint8Array(bytes)),
    );
    child.stdin.on('error', () => undefined);
    child.once('exit', () => this.output.fail(new TransportError('The program has ended.')));
    return child;
  }
}
