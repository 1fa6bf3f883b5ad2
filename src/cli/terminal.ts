/** Where the command line writes, and what it shows while it works: one live bar on a terminal, plain lines elsewhere. Always on stderr. */
import type { Progress, Stage } from '../shared/progress.js';

const STAGE_NAMES: Record<Stage, string> = {
  reading: 'Reading the original',
  calibrating: 'Calibrating',
  quantizing: 'Quantizing',
  checking: 'Comparing with the original',
  generating: 'Writing text',
};

/** Milliseconds between two paints of the bar. */
const PAINT_INTERVAL = 80;
const BAR_WIDTH = 28;

export interface TerminalStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** What a command may use of the outside. */
export interface Terminal {
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
  readonly signal: AbortSignal;
}

/** Shows progress on a stream. Call {@link finish} before printing anything else. */
export class ProgressLine {
  private stage: Stage | null = null;
  private painted = 0;
  private visible = false;

  constructor(
    private readonly stream: TerminalStream,
    private readonly now: () => number = () => performance.now(),
  ) {}

  readonly show = (progress: Progress): void => {
    const ended = progress.done >= progress.total;
    if (this.stream.isTTY !== true) {
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
    this.stream.write(`\r\x1b[2K${line.slice(0, Math.max(20, (this.stream.columns ?? 80) - 1))}`);
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

/** Rows as aligned columns. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
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
