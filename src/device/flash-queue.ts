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
      /** The board's address, `null` when it was not told or another board answered. */
      readonly mac: string | null;
    }
  /** Looked at only: the board cannot take the image. */
  | {
      readonly kind: 'refused';
      readonly error: FlashError;
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
  /** Boards that failed or were refused and not made good by a later try of theirs or under the same label; each try counts where no address is known. */
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
      failed: new Set(
        this.list
          .filter(
            (entry, index) =>
              (entry.outcome.kind === 'failed' || entry.outcome.kind === 'refused') &&
              !this.madeGood(entry, index),
          )
          .map(({ number, outcome }) => macOf(outcome) ?? number),
      ).size,
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
   * Notes a board that was looked at and cannot take the image, each board once.
   * @param mac its address, `null` when it was not told
   * @returns the entry that stands for it; `null` when one that says more does: it was flashed once, or that failed
   */
  refuse(error: FlashError, mac: string | null, label = ''): QueueEntry | null {
    const known = this.list.findLast(({ outcome }) => mac !== null && macOf(outcome) === mac);
    const kind = known?.outcome.kind;
    if (known !== undefined && kind === 'refused')
      return this.replace(known, { ...known, outcome: { kind, error, mac } });
    // What a person vouched for once does not come back as a failure.
    if (kind === 'failed' || (kind === 'flashed' && error.code === 'psram-too-small')) return null;
    return this.add(label, { kind: 'refused', error, mac });
  }

  /** Gives a try another label. */
  rename(entry: QueueEntry, label: string): QueueEntry {
    return this.replace(entry, { ...entry, label: label.trim() });
  }

  /** Takes an entry back. */
  withdraw(entry: QueueEntry): void {
    this.list.splice(this.indexOf(entry), 1);
    this.changed();
  }

  private replace(entry: QueueEntry, by: QueueEntry): QueueEntry {
    this.list[this.indexOf(entry)] = by;
    this.changed();
    return by;
  }

  private indexOf(entry: QueueEntry): number {
    const at = this.list.indexOf(entry);
    if (at === -1) throw new RangeError('this is no try of this queue');
    return at;
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
      const isOther = code !== null && OTHER_BOARD.has(code);
      return { kind: 'failed', error: problem, code, mac: isOther ? null : (options.mac ?? null) };
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

/** Address of the board that an entry is about, `null` when it is not known. */
export function macOf(outcome: QueueOutcome): string | null {
  if (outcome.kind === 'flashed') return outcome.board.mac;
  return outcome.kind === 'cancelled' ? null : outcome.mac;
}

/** Failures of whatever answers now, which need not be the board that was meant. */
const OTHER_BOARD: ReadonlySet<FlashErrorCode> = new Set(['board-changed', 'wrong-chip', 'secure-download']);
