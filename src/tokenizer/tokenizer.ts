/** What every later room knows about a tokenizer: its tables for the device, and who encodes and decodes with them. */
import type { Note } from './notes.js';

/** The tables that a tokenizer.json becomes, with what other rooms ask of them. Made by `readTokenizer`. */
export interface TokenizerTables {
  /** Content of the package's TOKN section (docs/tokenizer-tables.md). */
  readonly section: Uint8Array;
  /** Ids are below this; holes are possible. */
  readonly vocabSize: number;
  /** Begin-of-text token by its name, else the first that the post-processor puts before a text. */
  readonly bosId: number | null;
  /** End-of-text token by its name. */
  readonly eosId: number | null;
  readonly unkId: number | null;
  /** Ids of the special tokens, ascending; decoding can leave them out. */
  readonly specialIds: readonly number[];
  /** Ids of the tokens that are found before all else, ascending. */
  readonly addedIds: readonly number[];
  /** Ids that `addSpecial` puts before and after a text. */
  readonly prefixIds: readonly number[];
  readonly suffixIds: readonly number[];
  /** Notes for people: what was ignored or assumed while reading. */
  readonly notes: readonly Note[];
  /** The token as tokenizer.json spells it, `null` for a hole. */
  tokenText(id: number): string | null;
  /** Id of a token as tokenizer.json spells it. */
  tokenId(text: string): number | null;
}

/** A text that grows by ids. */
export interface TextStream {
  /** The whole characters that one more id makes certain. */
  push(id: number): string;
  /** The end: an incomplete character becomes U+FFFD. */
  finish(): string;
}

export interface EncodeOptions {
  /** Add what the post-processor adds (the begin token, for most models); default true, as the library has it. */
  readonly addSpecial?: boolean | undefined;
  /** Text that spells a special token stays text; default false. */
  readonly specialAsText?: boolean | undefined;
  /** The text continues an earlier one: no space is put before its first word; default false. */
  readonly continues?: boolean | undefined;
}

/** One turn of a conversation. */
export interface Turn {
  readonly user: string;
  /** A later turn follows what the model said, whose end token was not fed. Default false. */
  readonly later?: boolean | undefined;
  /** A system text in place of the template's own; first turn only. */
  readonly system?: string | undefined;
}

/** A tokenizer that runs: the engine's C code over {@link TokenizerTables.section}. */
export interface DeviceTokenizer extends TokenizerTables {
  /**
   * Ids of a text; lone surrogates count as U+FFFD, as do the invalid parts of bytes.
   * @throws UsageError when the text is longer than the engine's limit (1 MiB)
   */
  encode(text: string | Uint8Array, options?: EncodeOptions): number[];
  /** Text of ids; unknown ids are skipped. `skipSpecial` default false. */
  decode(ids: ArrayLike<number>, options?: { readonly skipSpecial?: boolean | undefined }): string;
  /** A decoder for ids that come one by one: text of each as far as it is certain, then of the rest. */
  decodeStream(options?: { readonly skipSpecial?: boolean | undefined }): TextStream;
  /**
   * Ids to feed for one turn of a conversation.
   * @param chat content of the CHAT section
   * @throws FormatError for a broken section; UsageError for a turn that it does not have, or a text that is too long
   */
  encodeTurn(chat: Uint8Array, turn: Turn): number[];
}

/** How the text around a user's words is written; all of it proven against the full template. Made by `readChat`. */
export interface ChatPieces {
  /** Content of the package's CHAT section. */
  readonly section: Uint8Array;
  /** Text before the first user message, the template's default system text included. */
  readonly first: string;
  /** Text before a later user message: it ends the assistant's turn and begins the user's. */
  readonly later: string | null;
  /** Text after a user message: the assistant begins. */
  readonly suffix: string;
  /** Text around a system message of the caller's own, `null` when the template takes none. */
  readonly system: { readonly before: string; readonly after: string } | null;
  /** The template removes white space around the user's words. */
  readonly trims: boolean;
  /** The first turn's text gets the begin token that the template does not write. */
  readonly addSpecial: boolean;
  /** Special tokens that the template puts behind the assistant's words: a generation should stop there. */
  readonly endIds: readonly number[];
}

/** The outcome of reading a chat template: pieces, or the reason why the model continues text instead. */
export interface ChatReading {
  readonly pieces: ChatPieces | null;
  /** The same with the tokenizer's begin token before a chat, where the template writes none; else `null`. */
  readonly begun: ChatPieces | null;
  /** Notes for people. */
  readonly notes: readonly Note[];
}
