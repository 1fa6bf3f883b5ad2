/** What a board answers with, as this side names it: its errors, and why a generation ended. */
import { END_REASON, ERROR_CODES } from '../schema/console.js';

/** What an error message of the board is about. `unknown`: a code of a newer firmware. */
export type BoardErrorCode = (typeof ERROR_CODES)[number] | 'unknown';

/** The board has refused a request; the message is the board's own sentence. */
export class BoardError extends Error {
  override readonly name = 'BoardError';
  readonly code: BoardErrorCode;

  constructor(code: number, sentence: string) {
    super(sentence);
    this.code = ERROR_CODES[code - 1] ?? 'unknown';
  }
}

/**
 * Why a generation ended. `eos`: a stop id was produced. `length`: the asked number of tokens was produced. `stop`: a stop
 * string was produced. `context`: the context is full. `error`: the model's numbers overflowed. `stalled`: this side took
 * nothing for half a minute.
 */
export type ConsoleEndReason = keyof typeof END_REASON;

/** The reason with a number, `error` for one of a newer firmware. */
export function endReason(code: number): ConsoleEndReason {
  const reasons = Object.keys(END_REASON) as ConsoleEndReason[];
  return reasons.find((reason) => END_REASON[reason] === code) ?? 'error';
}
