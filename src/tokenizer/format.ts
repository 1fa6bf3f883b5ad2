/** Constants of the TOKN section (docs/tokenizer-tables.md); the engine has the same in tokenizer_tables.h. */

/** The first layout, and the one with parts, more stages and more kinds of them: only what needs it is written so. */
export const TOKN_VERSION = { first: 1, parts: 2 } as const;
export const TOKN_HEADER_BYTES = 160;

/** Largest number of ids and of merges: 20 bits in the engine's merge queue. */
export const MAX_VOCAB = 1 << 20;
export const MAX_MERGES = 1 << 20;
/** Added tokens: real tokenizers have up to some thousand. */
export const MAX_ADDED = 16384;
/** UTF-8 bytes of one added token: matching takes at most so many steps per byte of text. */
export const MAX_ADDED_BYTES = 1024;
/** Bytes of text that one token may add, worst case: what callers of the engine make room for. */
export const MAX_PIECE_BYTES = 1024;
/** Bytes of all tokens together: offsets have 24 bits. */
export const MAX_TOKEN_BYTES = (1 << 24) - 1;
/** Stands for "no id". */
export const NO_ID = 0xffffffff;

/** UTF-8 bytes of the prefix of tokens that continue a word. */
export const MAX_CONTINUING_BYTES = 64;

export const ToknFlag = {
  ByteLevel: 1,
  Wide: 2,
  Fallback: 4,
  FuseUnknown: 8,
  IgnoreMerges: 16,
  Spelled: 32,
  Continued: 64,
  Ended: 128,
  WideScores: 256,
} as const;
/** The kind of model stands in the flags. */
export const MODEL_SHIFT = 9;
export const TokenFlag = { Special: 1, Byte: 2, Absent: 4, Glued: 8, End: 16 } as const;
/** Added to the code point of a character that is not the first of its word, or is the last. */
export const CharacterPlace = { Continues: 1 << 21, Ends: 1 << 22 } as const;
export const AddedFlag = { Special: 1, SingleWord: 2, StripLeft: 4, StripRight: 8 } as const;

export enum ModelKind {
  Bpe = 0,
  Unigram = 1,
  WordPiece = 2,
  WordLevel = 3,
}

export enum NormalKind {
  Prepend = 1,
  Replace = 2,
  ReplaceMatches = 3,
  Form = 4,
  Map = 5,
  Trim = 6,
  ReplaceStart = 7,
}

export enum StageKind {
  Split = 1,
  Digits = 2,
  ByteLevel = 3,
  Metaspace = 4,
  Pattern = 5,
}

/** What becomes of the matches of a pattern; `InvertPieces` is added when what lies between counts as the match. */
export enum Pieces {
  Isolated = 0,
  Removed = 1,
  MergedWithPrevious = 2,
  MergedWithNext = 3,
  Contiguous = 4,
}

export const INVERT_PIECES = 8;

/** Ends of a text that a step trims. */
export const TrimSide = { Left: 1, Right: 2 } as const;

/** What a part of the TOKN section is. */
export enum PartKind {
  Machine = 1,
  Form = 2,
  Map = 3,
}

export enum MetaspaceScheme {
  First = 0,
  Always = 1,
  Never = 2,
}

export enum SplitRule {
  Gpt2 = 1,
  Llama3 = 2,
  Qwen2 = 3,
  Number = 4,
  Numbers3 = 5,
  Digit = 6,
}

export enum Decoding {
  Bytes = 1,
  Pieces = 2,
  Metaspace = 3,
  Words = 4,
  Ends = 5,
}
