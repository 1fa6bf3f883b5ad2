/** What the command line shows while it works: one live bar on a terminal, a plain line a stage elsewhere. Always on stderr. */
import { formatBytes, formatCount, formatSeconds } from '../shared/format.js';
import type { Progress, Stage } from '../shared/progress.js';
import { showableLine } from '../shared/safe-text.js';
import type { ShownStream } from './terminal.js';

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
const NARROW_BAR_WIDTH = 10;

/** The stages that a step of a command goes through. */
export type Step = readonly Stage[];

/** Shows progress on a stream. Call {@link finish} before printing anything else. */
export class ProgressLine {
  private stage: Stage | null = null;
  private painted = 0;
  private visible = false;
  private steps: readonly Step[] = [];
  private step = 0;

  constructor(
    private readonly stream: ShownStream,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Says which steps the whole work has, so that every line tells how far it is. */
  expect(steps: readonly Step[]): void {
    this.steps = steps;
    this.step = 0;
  }

  readonly show = (progress: Progress): void => {
    const ended = progress.done >= progress.total;
    const isNew = progress.stage !== this.stage;
    if (isNew) this.advance(progress.stage);
    if (!this.stream.isLive) {
      if (isNew) this.stream.write(`${this.title(progress.stage)} …\n`);
      return;
    }
    if (isNew) this.finish();
    if (!ended && this.now() - this.painted < PAINT_INTERVAL) return;
    this.painted = this.now();
    this.paint(progress);
  };

  /** Ends the live line. */
  finish(): void {
    if (this.visible) this.stream.write('\n');
    this.visible = false;
  }

  /** A stage that this step does not have, and a later one does, begins that one. */
  private advance(stage: Stage): void {
    this.stage = stage;
    const later = this.steps.findIndex((step, index) => index >= this.step && step.includes(stage));
    if (later >= 0) this.step = later;
  }

  private title(stage: Stage): string {
    const place = this.steps.length > 1 ? `[${this.step + 1} of ${this.steps.length}] ` : '';
    return `${place}${STAGE_NAMES[stage]}`;
  }

  private paint(progress: Progress): void {
    const { done, total, secondsLeft, stage } = progress;
    const width = this.stream.columns - 1;
    const share = total === 0 ? 1 : Math.min(1, done / total);
    const barWidth = width < 80 ? NARROW_BAR_WIDTH : BAR_WIDTH;
    const filled = Math.round(share * barWidth);
    const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
    const amount =
      progress.unit === 'bytes'
        ? `${formatBytes(done)} of ${formatBytes(total)}`
        : `${formatCount(done)} of ${formatCount(total)} tokens`;
    const left = secondsLeft === null ? '' : `, ${formatSeconds(secondsLeft)} left`;
    const line = `${this.title(stage)} ${bar} ${Math.round(share * 100)} %  ${amount}${left}  ${progress.item}`;
    this.stream.repaint(cut(showableLine(line), width));
    this.visible = true;
  }
}

/** A line that has no room says that it goes on. */
function cut(line: string, width: number): string {
  const characters = Array.from(line.trimEnd());
  return characters.length <= width ? characters.join('') : `${characters.slice(0, width - 1).join('')}…`;
}
