/** Where the command line writes, and what it shows while it works: one live bar on a terminal, plain lines elsewhere. Always on stderr. */
import type { Progress, Stage } from '../shared/progress.js';
import { showable, showableLine } from '../shared/safe-text.js';

const STAGE_NAMES: Record<Stage, string> = {
  downloading: 'Downloading',
  reading: 'Reading the original',
  calibrating: 'Calibrating',
  quantizing: 'Quantizing',
  checking: 'Comparing with the original',
  generating: 'Writing text',
  tuning: 'Tuning against the original',
};

/** Milliseconds between two paints of the bar. */
const PAINT_INTERVAL = 80;
const BAR_WIDTH = 28;

/** A stream of the process, which writes whatever it is given. */
export interface OutputStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** What the command line has of the outside. */
export interface Outside {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly signal: AbortSignal;
}

/** What a command may use of the outside. */
export interface Terminal {
  readonly stdout: ShownStream;
  readonly stderr: ShownStream;
  readonly signal: AbortSignal;
}

/**
 * The only way to the streams of the process. Much of what is written comes from a model, a board or a file name: what a
 * terminal would obey in it is shown instead ({@link showable}).
 */
export class ShownStream {
  /** What a terminal is to obey comes from here alone. */
  readonly #stream: OutputStream;

  constructor(stream: OutputStream) {
    this.#stream = stream;
  }

  get isTTY(): boolean {
    return this.#stream.isTTY === true;
  }

  get columns(): number | undefined {
    return this.#stream.columns;
  }

  write(text: string): void {
    this.#stream.write(showable(text));
  }

  /** Writes a text as it is, for a program that reads on; to a terminal as {@link write} does. */
  writeRaw(text: string): void {
    if (this.isTTY) this.write(text);
    else this.#stream.write(text);
  }

  /** Writes a line over the last one of a terminal. */
  repaint(line: string): void {
    this.#stream.write(`\r\x1b[2K${showableLine(line)}`);
  }
}

/** The streams as commands may use them. */
export function terminalOf({ stdout, stderr, signal }: Outside): Terminal {
  return { stdout: new ShownStream(stdout), stderr: new ShownStream(stderr), signal };
}

/** What writes generated text: as it is where `--raw` asks for that and no terminal would obey it. */
export function textWriter({ raw }: { raw: boolean }, { stdout }: Terminal): (text: string) => void {
  return (text) => {
    if (raw) stdout.writeRaw(text);
    else stdout.write(text);
  };
}

/** Shows progress on a stream. Call {@link finish} before printing anything else. */
export class ProgressLine {
  private stage: Stage | null = null;
  private painted = 0;
  private visible = false;

  constructor(
    private readonly stream: ShownStream,
    private readonly now: () => number = () => performance.now(),
  ) {}

  readonly show = (progress: Progress): void => {
    const ended = progress.done >= progress.total;
    if (!this.stream.isTTY) {
      if (progress.stage !== this.stage) this.stream.write(`${STAGE_NAMES[progress.stage]} …\n`);
      this.stage = progress.stage;
      return;
    }
    if (progress.stage !== this.stage) this.finish();
    this.stage = progress.stage;
    if (!ended && this.now() - this.painted < PAINT_INTERVAL) return;
    this.painted = this.now();
    this.paint(progress);
  };

  /** Ends the live line. */
  finish(): void {
    if (this.visible) this.stream.write('\n');
    this.visible = false;
  }

  private paint(progress: Progress): void {
    const share = progress.total === 0 ? 1 : Math.min(1, progress.done / progress.total);
    const filled = Math.round(share * BAR_WIDTH);
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
    const amount =
      progress.unit === 'bytes'
        ? `${formatBytes(progress.done)} of ${formatBytes(progress.total)}`
        : `${progress.done} of ${progress.total} tokens`;
    const left = progress.secondsLeft === null ? '' : `, ${formatSeconds(progress.secondsLeft)} left`;
    const line = `${STAGE_NAMES[progress.stage]} ${bar} ${Math.round(share * 100)} %  ${amount}${left}  ${progress.item}`;
    this.stream.repaint(showableLine(line).slice(0, Math.max(20, (this.stream.columns ?? 80) - 1)));
    this.visible = true;
  }
}

/** Bytes for people, in units of 1024. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(value >= 10 ? 1 : 2)} ${units[unit]}`;
}

/** A duration for people. */
export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.ceil(seconds))} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** Rows as aligned columns, a line each whatever the cells hold. */
export function table(head: readonly string[], cells: readonly (readonly string[])[]): string[] {
  const rows = cells.map((row) => row.map(showableLine));
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [head, ...rows].map(
    (row) =>
      `  ${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}`,
  );
}
