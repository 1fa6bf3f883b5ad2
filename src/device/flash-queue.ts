/**
 * Several boards one after another with one image, for a class: what became of each, which have been seen before, and a
 * tally. One at a time, since the person has to plug them.
 */
import { isAbort } from '../shared/errors.js';
import type { BoardFacts } from './board-detection.js';
import { FlashError, type FlashErrorCode } from './flash-errors.js';
import type { FlashOptions, FlashResult, Flasher, Started } from './flasher.js';
import type { PortSession } from './port-session.js';

/** What became of one board. */
export type QueueOutcome =
  | {
      readonly kind: 'flashed';
      readonly board: BoardFacts;
      readonly started: Started;
      readonly written: number;
      readonly milliseconds: number;
      /** What the board has said since its restart. */
      readonly output: Uint8Array;
    }
  | {
      readonly kind: 'failed';
      readonly error: Error;
      readonly code: FlashErrorCode | null;
      /** The board's address, `null` when it was not told. */
      readonly mac: string | null;
    }
  | { readonly kind: 'cancelled' };

/** One try; the number counts from 1 in the order of the tries. */
export interface QueueEntry {
  readonly number: number;
  /** What the person calls the board, e.g. the label on it; empty when it has none. */
  readonly label: string;
  readonly outcome: QueueOutcome;
}

export interface QueueTally {
  /** Boards that hold the image, each counted once however often it was flashed. */
  readonly flashed: number;
  /** Of these: boards that have not been heard of since the restart. */
  readonly silent: number;
  /** Tries that failed and were not made good by a later one of the same board or under the same label. */
  readonly failed: number;
  readonly tries: number;
  /** Mean time of a board that was written, `null` before the first. */
  readonly millisecondsPerBoard: number | null;
}

/** What all boards of a queue have in common. */
export type QueueImage = Omit<FlashOptions, 'session' | 'signal' | 'onProgress'>;

/** Remembers results; the ports come from outside. */
export class FlashQueue {
  private readonly list: QueueEntry[] = [];
  private busy = false;

  constructor(
    private readonly flasher: Flasher,
    private readonly image: QueueImage,
    private readonly changed: () => void = () => undefined,
  ) {}

  /** Every try, oldest first. */
  get entries(): readonly QueueEntry[] {
    return this.list;
  }

  /** Whether a board is being flashed. */
  get isBusy(): boolean {
    return this.busy;
  }

  get tally(): QueueTally {
    const boards = new Map<string, QueueOutcome & { kind: 'flashed' }>();
    for (const { outcome } of this.list) {
      if (outcome.kind === 'flashed') boards.set(outcome.board.mac, outcome);
    }
    const written = this.list.flatMap(({ outcome }) =>
      outcome.kind === 'flashed' && outcome.written > 0 ? [outcome.milliseconds] : [],
    );
    return {
      flashed: boards.size,
      silent: [...boards.values()].filter(({ started }) => started !== 'running').length,
      failed: this.list.filter(
        (entry, index) => entry.outcome.kind === 'failed' && !this.madeGood(entry, index),
      ).length,
      tries: this.list.length,
      millisecondsPerBoard:
        written.length === 0 ? null : written.reduce((sum, time) => sum + time, 0) / written.length,
    };
  }

  /** The try in which a board was flashed last, `null` when it was not. */
  lastOf(mac: string): QueueEntry | null {
    return (
      this.list.findLast(({ outcome }) => outcome.kind === 'flashed' && outcome.board.mac === mac) ?? null
    );
  }

  /**
   * Flashes the next board. A failure is an outcome, not an exception: the next board can follow.
   * @param session its port; closed afterwards only by the caller
   * @throws Error when a board is being flashed already
   */
  async next(
    session: PortSession,
    label = '',
    more: Pick<FlashOptions, 'signal' | 'onProgress' | 'accept' | 'mac' | 'baudRate'> = {},
  ): Promise<QueueEntry> {
    if (this.busy) throw new Error('a board is being flashed');
    this.busy = true;
    this.changed();
    const outcome = await this.outcomeOf({ ...this.image, ...more, session });
    this.busy = false;
    return this.add(label, outcome);
  }

  /**
   * Counts a board that was looked at and cannot take the image as a try that failed; the same board with the same cause
   * once.
   * @param mac its address, `null` when it was not told
   */
  refuse(error: FlashError, mac: string | null, label = ''): QueueEntry {
    const known = this.list.findLast(({ outcome }) => mac !== null && macOf(outcome) === mac);
    if (known?.outcome.kind === 'failed' && known.outcome.code === error.code) {
      return label.trim() === '' ? known : this.rename(known, label);
    }
    return this.add(label, { kind: 'failed', error, code: error.code, mac });
  }

  /** Gives a try another label. */
  rename(entry: QueueEntry, label: string): QueueEntry {
    const named = { ...entry, label: label.trim() };
    this.replace(entry, [named]);
    return named;
  }

  /** Takes a try back: it was none. */
  withdraw(entry: QueueEntry): void {
    this.replace(entry, []);
  }

  private replace(entry: QueueEntry, by: readonly QueueEntry[]): void {
    const at = this.list.indexOf(entry);
    if (at === -1) throw new RangeError('this is no try of this queue');
    this.list.splice(at, 1, ...by);
    this.changed();
  }

  private add(label: string, outcome: QueueOutcome): QueueEntry {
    const entry = { number: (this.list.at(-1)?.number ?? 0) + 1, label: label.trim(), outcome };
    this.list.push(entry);
    this.changed();
    return entry;
  }

  private async outcomeOf(options: FlashOptions): Promise<QueueOutcome> {
    let result: FlashResult;
    try {
      result = await this.flasher.flash(options);
    } catch (error) {
      if (isAbort(error) || options.signal?.aborted === true) return { kind: 'cancelled' };
      const problem = error instanceof Error ? error : new Error(String(error));
      const code = problem instanceof FlashError ? problem.code : null;
      return { kind: 'failed', error: problem, code, mac: options.mac ?? null };
    }
    const { board, started, written, milliseconds, output } = result;
    return { kind: 'flashed', board, started, written, milliseconds, output };
  }

  private madeGood({ label, outcome }: QueueEntry, index: number): boolean {
    const mac = macOf(outcome);
    return this.list
      .slice(index + 1)
      .some(
        (later) =>
          later.outcome.kind === 'flashed' &&
          ((label !== '' && later.label === label) || (mac !== null && later.outcome.board.mac === mac)),
      );
  }
}

/** Address of the board that a try was about, `null` when it is not known. */
export function macOf(outcome: QueueOutcome): string | null {
  if (outcome.kind === 'flashed') return outcome.board.mac;
  return outcome.kind === 'failed' ? outcome.mac : null;
}
