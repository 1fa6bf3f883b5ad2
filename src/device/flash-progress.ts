/** How far flashing is, in bytes of the image, and how long the rest takes at the rate measured so far. */
import type { FlashPart } from './flash-parts.js';

export type FlashPhase =
  | 'connecting'
  | 'identifying'
  /** Asking the board what it has. */
  | 'comparing'
  | 'writing'
  /** Asking the board for the digest of what was written. */
  | 'verifying'
  | 'restarting';

export interface FlashProgress {
  readonly phase: FlashPhase;
  /** Name of the part, `null` outside of parts. */
  readonly part: string | null;
  /** Bytes of the image that are in the flash, and all of them; 0 when a board is only looked at. */
  readonly done: number;
  readonly total: number;
  /** Of `done`: what was there before. */
  readonly unchanged: number;
  /** Of what was written, over the time of writing; `null` while there is too little to say. */
  readonly bytesPerSecond: number | null;
  /** For all that is left, as if all of it had to be written. */
  readonly secondsLeft: number | null;
}

export type OnFlashProgress = (progress: FlashProgress) => void;

/** Seconds of writing before a rate is worth showing. */
const SETTLE_SECONDS = 0.5;

/** Counts and reports. */
export class FlashMeter {
  private current: FlashPhase = 'connecting';
  private part: string | null = null;
  private written = 0;
  private unchanged = 0;
  /** Milliseconds spent writing until the current stretch, and when that began. */
  private spent = 0;
  private since: number | null = null;

  /** @param now clock in milliseconds, for tests */
  constructor(
    private readonly total: number,
    private readonly report: OnFlashProgress | undefined,
    private readonly now: () => number = () => performance.now(),
  ) {}

  phase(phase: FlashPhase, part: FlashPart | null = null): void {
    const name = part?.name ?? null;
    if (phase === this.current && name === this.part && this.since !== null) return;
    if (this.since !== null) this.spent += this.now() - this.since;
    this.since = phase === 'writing' ? this.now() : null;
    this.current = phase;
    this.part = name;
    this.tell();
  }

  advance(bytes: number, how: 'written' | 'unchanged'): void {
    if (how === 'written') this.written += bytes;
    else this.unchanged += bytes;
    this.tell();
  }

  private tell(): void {
    if (this.report === undefined) return;
    const seconds = (this.spent + (this.since === null ? 0 : this.now() - this.since)) / 1000;
    const rate = seconds >= SETTLE_SECONDS && this.written > 0 ? this.written / seconds : null;
    const done = this.written + this.unchanged;
    this.report({
      phase: this.current,
      part: this.part,
      done,
      total: this.total,
      unchanged: this.unchanged,
      bytesPerSecond: rate,
      secondsLeft: rate === null ? null : Math.max(0, this.total - done) / rate,
    });
  }
}
