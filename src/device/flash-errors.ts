/** Why a board was not flashed, as one code per cause; each message says what to do, and each code has advice for a page. */
import type { BootAdvice } from './flash-help.js';

export type FlashErrorCode =
  /** Another program or page has the port. */
  | 'port-busy'
  /** Unplugged while it was flashed. */
  | 'port-lost'
  /** The chip does not answer as a loader: it runs something else, or the lines are not wired. */
  | 'no-loader'
  /** Another board answers than the one that began. */
  | 'board-changed'
  | 'wrong-chip'
  | 'chip-revision'
  | 'secure-download'
  | 'secure-boot'
  | 'flash-encrypted'
  | 'flash-octal'
  | 'flash-unknown'
  | 'flash-too-small'
  | 'psram-too-small'
  /** Bytes get lost or changed, again and again. */
  | 'line'
  /** Written without an error, and yet something else is in the flash. */
  | 'verify';

/** What a page can suggest, in this order. */
export type FlashAdvice =
  | BootAdvice
  | 'close-programs'
  | 'plug-again'
  | 'data-cable'
  | 'lower-baud'
  | 'other-port'
  | 'other-board'
  | 'choose-board'
  | 'flash-again';

/** The board was not, or not completely, flashed. A cancelled flash is an `AbortError` instead. */
export class FlashError extends Error {
  override readonly name = 'FlashError';
  /** What is known about the board that bears on it, e.g. `{ needed: 8388608, found: 4194304 }`. */
  readonly facts: Readonly<Record<string, string | number>>;

  constructor(
    readonly code: FlashErrorCode,
    message: string,
    /** In the order in which to try it. */
    readonly advice: readonly FlashAdvice[],
    options: { readonly cause?: unknown; readonly facts?: Readonly<Record<string, string | number>> } = {},
  ) {
    super(message, { cause: options.cause });
    this.facts = options.facts ?? {};
  }
}

/** What keeps a board from being flashed however often it is tried; the rest is about the way to it. */
const REFUSALS: ReadonlySet<FlashErrorCode> = new Set([
  'wrong-chip',
  'chip-revision',
  'secure-download',
  'secure-boot',
  'flash-encrypted',
  'flash-octal',
  'flash-too-small',
  'psram-too-small',
]);

/** Whether the board itself is the cause, and stays it. */
export function isRefusal(error: Error): error is FlashError {
  return error instanceof FlashError && REFUSALS.has(error.code);
}
