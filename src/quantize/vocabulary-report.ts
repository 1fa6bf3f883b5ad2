/** What a cut of the vocabulary costs, apart from what quantizing does: plain data. */

/** The text that something was counted or measured on. */
export type CutText =
  /** That of the report. */
  | 'evaluation'
  /** That which the vocabulary was cut for. */
  | 'kept'
  /** What the original model writes. */
  | 'written';

/** A word that had fewer tokens before. */
export interface WordApart {
  readonly word: string;
  /** Times that it occurs. */
  readonly count: number;
  /** What it is read as now, piece by piece. */
  readonly pieces: readonly string[];
}

/** How a text comes out in tokens. */
export interface TextLength {
  readonly text: CutText;
  readonly characters: number;
  readonly tokensBefore: number;
  readonly tokensAfter: number;
  readonly words: number;
  /** Words that have more tokens than before. */
  readonly apart: number;
  /** Those that cost most, at most eight. */
  readonly examples: readonly WordApart[];
}

/**
 * Bits that each model takes to tell a byte of one text: each in its own tokens, so that models with unlike vocabularies can
 * be compared. Lower is better.
 */
export interface BitsPerByte {
  readonly text: CutText;
  readonly bytes: number;
  /** The original with all tokens. */
  readonly whole: number;
  /** The original with the tokens that are left. */
  readonly cut: number;
  /** The converted model. */
  readonly converted: number;
  /** Share of its probability that the original gives to tokens that are left out, mean over the positions, 0..1. */
  readonly lost: number;
}

export interface VocabularyReport {
  /** Tokens that are left, and rows that there were. */
  readonly tokens: number;
  readonly of: number;
  readonly lengths: readonly TextLength[];
  /** `null` without a text that both can spell. */
  readonly bitsPerByte: BitsPerByte | null;
}
