/**
 * Numbers of the console protocol: types, codes and limits. docs/console.md explains them, and
 * device-runtime/app/console_protocol.h has the same ones.
 */

/** What this side speaks. */
export const CONSOLE_VERSION = 1;

/** Longest payload of a frame in bytes: a request to generate with as many stop ids and strings as can be given. */
export const MAX_PAYLOAD = 704;

export const MESSAGE = {
  hello: 0x01,
  info: 0x02,
  set: 0x03,
  stats: 0x04,
  prompt: 0x05,
  generate: 0x06,
  cancel: 0x07,
  reset: 0x08,
  bench: 0x09,
  reboot: 0x0a,
  ok: 0x80,
  welcome: 0x81,
  facts: 0x82,
  settings: 0x83,
  started: 0x90,
  prefill: 0x91,
  token: 0x92,
  logits: 0x93,
  moreText: 0x94,
  finished: 0x9f,
  error: 0xff,
} as const;

/** Names of the codes of an error message, from 1 on. */
const ERROR_CODES = [
  'type',
  'payload',
  'busy',
  'no-model',
  'options',
  'context',
  'token',
  'numeric',
  'too-long',
  'no-tokenizer',
  'no-chat',
  'no-prompt',
  'version',
  'cancelled',
] as const;

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

/** Bits of a sampling block: which of its fields are given. */
export const GIVEN = {
  temperature: 1,
  topK: 2,
  topP: 4,
  minP: 8,
  repetitionPenalty: 16,
  maxNewTokens: 32,
  seed: 64,
  doSample: 128,
  /** The value of `doSample`. */
  sampling: 256,
  defaults: 512,
} as const;

export const SAMPLING_BYTES = 36;

export const MODE = { fresh: 0, append: 1, 'first-turn': 2, 'next-turn': 3 } as const;

/** Number of a page's first line, and whether it is the last page. */
export const FACTS_HEADER = 3;

export const WANT_LOGITS = 1;
export const SLIDE = 2;

export const PROMPT_TEXT = 0;
export const PROMPT_IDS = 1;
export const PROMPT_HEADER = 8;

/** Bits of a welcome's capabilities. */
export const CAPABILITY = { model: 1, tokenizer: 2, chat: 4, turns: 8 } as const;

/** Reasons of a finished message by number; 16 is the console's own. */
export const END_REASONS: Readonly<Record<number, ConsoleEndReason>> = {
  1: 'eos',
  2: 'length',
  3: 'stop',
  4: 'context',
  5: 'cancelled',
  6: 'error',
  16: 'stalled',
};

/** Why a generation ended. */
export type ConsoleEndReason =
  /** a stop id was produced */
  | 'eos'
  /** the asked number of tokens was produced */
  | 'length'
  /** a stop string was produced */
  | 'stop'
  /** the context is full */
  | 'context'
  | 'cancelled'
  /** the model's numbers overflowed */
  | 'error'
  /** this side took nothing for half a minute */
  | 'stalled';
