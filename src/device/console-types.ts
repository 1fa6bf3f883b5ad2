/** What a program asks of a board's console and what it gets back. */
import type { ActionInput, ActionOutput, ActionTold } from '../schema/actions.js';
import type { Sampling, SamplingChoice } from '../shared/sampling.js';
import type { ConsoleEndReason } from './console-protocol.js';

/** What a board says when it is greeted. */
export interface ConsoleWelcome {
  /** Protocol version that both sides speak. */
  readonly version: number;
  /** Another number after every reset of the board. */
  readonly boot: number;
  readonly firmware: string;
  /** False when the model did not load; the facts of `info()` then have the reason as `model_fault`. */
  readonly hasModel: boolean;
  readonly hasTokenizer: boolean;
  readonly hasChat: boolean;
  /** A conversation goes on after its first turn. */
  readonly hasTurns: boolean;
  /** 0 without a model, as `context`. */
  readonly vocabSize: number;
  /** Positions. */
  readonly context: number;
  /** Longest prompt text in bytes that the board has room for, and most prompt ids. */
  readonly promptBytes: number;
  readonly promptIds: number;
}

/** Sampling parameters; what is absent stays as it is on the board. */
export interface ConsoleSampling extends SamplingChoice {
  /** 0 to 2^64 - 1. The board draws one for each generation as long as none is given. */
  readonly seed?: number | bigint | undefined;
}

/** The board's settings. */
export interface ConsoleSettings extends Sampling {
  /** `null`: another one for each generation. */
  readonly seed: bigint | null;
}

/** What to generate from and how. */
export interface ConsoleRequest extends ConsoleSampling {
  /** Text; give this or `ids`. */
  readonly prompt?: string | undefined;
  readonly ids?: readonly number[] | undefined;
  /**
   * What becomes of the prompt: `fresh` continues it in an empty context, `append` goes on after what the model holds,
   * `first-turn` and `next-turn` put it into the model's chat template. Default `fresh`.
   */
  readonly mode?: 'fresh' | 'append' | 'first-turn' | 'next-turn' | undefined;
  /** More ids that end the generation, 32 at most. */
  readonly stopIds?: readonly number[] | undefined;
  /** Strings that end the generation and are not part of its text; 8 at most, 64 bytes each. */
  readonly stopStrings?: readonly string[] | undefined;
  /** When the context is full: `stop`, or keep the first `keep` tokens and the newest half of the rest. */
  readonly whenFull?: 'stop' | 'slide' | undefined;
  readonly keep?: number | undefined;
  /**
   * Let passes run guesses at the tokens that come, taken from where the text was like this before. The tokens are the
   * same, only faster; false for measurements of single passes. Default true.
   */
  readonly drafts?: boolean | undefined;
  /** Whatever the package's grammar says. */
  readonly free?: boolean | undefined;
  /** Hand out the logits that each token was picked from. They are many bytes: 4 for each entry of the vocabulary. */
  readonly logits?: boolean | undefined;
  /** An abort ends the generation with the reason `cancelled`, not with an error. */
  readonly signal?: AbortSignal | undefined;
  /** Told when the prompt was taken. */
  readonly onStart?: ((start: ConsoleStart) => void) | undefined;
  /** Told after each pass over the prompt. */
  readonly onPrefill?: ((done: number, total: number, micros: number) => void) | undefined;
}

/** How a generation begins. */
export interface ConsoleStart {
  readonly promptTokens: number;
  /** Tokens that the context held before. */
  readonly position: number;
  readonly context: number;
  readonly seed: bigint;
}

/** One new token. */
export interface ConsoleToken {
  readonly id: number;
  /** Whole characters that this token completed; may be empty, may hold text of earlier tokens. */
  readonly text: string;
  /** What the board took for it, since the token before. */
  readonly micros: number;
  /** Present when `logits` was asked for. */
  readonly logits?: Float32Array;
}

/** What an answer, or a timer of one, did to a pin or found there (docs/actions.md). */
export interface ConsoleAction {
  /** `state`: how an output is. `read`: what an input reads. */
  readonly told: ActionTold;
  /** Of the output or input. */
  readonly kind: ActionOutput | ActionInput;
  /** As the wiring calls it. */
  readonly name: string;
  /** In words, as people read it. */
  readonly text: string;
  /** `null` for an input without one. */
  readonly pin: number | null;
  /** 0 or 1, percent, degrees of a servo, 0xRRGGBB, seconds, degrees Celsius; -2147483648 where the thermometer says nothing. */
  readonly value: number;
  /** Until a planned action is done. */
  readonly seconds: number;
}

/** How a generation ended. */
export interface ConsoleEnd {
  readonly reason: ConsoleEndReason;
  /** Text that no token brought: what was held back for a stop string when the generation was cancelled. */
  readonly text: string;
  readonly promptTokens: number;
  /** Of them, how many were read. */
  readonly promptRead: number;
  readonly newTokens: number;
  /** Of them, those that a pass for an earlier one had guessed: they took no pass of their own. At most 65,535 are told. */
  readonly accepted: number;
  /** Tokens that the context holds. */
  readonly contextUsed: number;
  /** Time for the prompt, and for new tokens, with the messages between them. */
  readonly prefillMicros: number;
  readonly decodeMicros: number;
}
