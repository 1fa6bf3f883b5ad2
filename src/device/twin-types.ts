/** What the twin shows to its callers: options, facts about the loaded model, and the steps of a generation. */
import type { ActivationKind, CacheKind } from '../schema/kinds.js';
import type { Sampling, SamplingChoice } from '../shared/sampling.js';

/** How the twin is set up; what is absent comes from the package. */
export interface TwinOptions {
  /** Name of the package for error messages. Default `model.s3lm`. */
  readonly name?: string | undefined;
  /** Positions to plan memory for, at most the package's context. */
  readonly context?: number | undefined;
  /** Tokens of one prefill pass, 1 to 32. More is faster in a page and takes more memory. */
  readonly maxBatch?: number | undefined;
  /** Inner loops; both give the same results to the last bit. Default `simd`; only `twin.scalar.wasm` has the others. */
  readonly kernels?: 'simd' | 'scalar' | undefined;
}

/** Facts about the loaded model. */
export interface TwinInfo {
  readonly hiddenSize: number;
  readonly layers: number;
  readonly vocabSize: number;
  /** Positions that this twin has room for. */
  readonly context: number;
  readonly maxBatch: number;
  readonly bosId: number | null;
  /** Ids that end a generation. */
  readonly stopIds: readonly number[];
  readonly cache: CacheKind;
  readonly activations: ActivationKind;
  readonly sampling: Sampling;
  /** The package's META section, `{}` when it has none. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly packageBytes: number;
  /** Bytes of state that the engine plans for this model (activations, KV cache, sampler), without the package. */
  readonly stateBytes: number;
  /** The part of `stateBytes` that is the KV cache. */
  readonly cacheBytes: number;
  readonly hasTokenizer: boolean;
  readonly hasChat: boolean;
  readonly kernels: string;
}

/** Why a generation ended. */
export type EndReason =
  /** a stop id was produced */
  | 'eos'
  /** `maxNewTokens` were produced */
  | 'length'
  /** a stop string was produced */
  | 'stop'
  /** the context is full */
  | 'context'
  /** the signal was aborted */
  | 'cancelled';

/** What to generate from and how; sampling parameters that are absent come from the package. */
export interface GenerateOptions extends SamplingChoice {
  /** Text to continue; the tokenizer adds the ids that the model expects before it. Give this or `ids`. */
  readonly prompt?: string | undefined;
  /** Ids to continue, taken as they are. */
  readonly ids?: readonly number[] | undefined;
  /** Go on after what the model already holds instead of starting afresh. Default false. */
  readonly append?: boolean | undefined;
  /** Non-negative integer; the same seed gives the same tokens in every build. Default 0. */
  readonly seed?: number | bigint | undefined;
  /** More ids that end the generation, besides the package's. */
  readonly stopIds?: readonly number[] | undefined;
  /** Strings that end the generation and are not part of its text; 8 at most, 64 bytes each. */
  readonly stopStrings?: readonly string[] | undefined;
  /** What to do when the context is full. Default `stop`. */
  readonly whenFull?: 'stop' | 'slide' | undefined;
  /** Ids at the start that sliding keeps. Default 0. */
  readonly keep?: number | undefined;
  /**
   * Let passes run guesses at the tokens that come, taken from where the text was like this before. Tokens and logits are
   * the same, only faster. Default true.
   */
  readonly drafts?: boolean | undefined;
  /** Whatever the package's grammar says. Default false. */
  readonly free?: boolean | undefined;
  /** Hand out the logits that each token was picked from. Default false. */
  readonly logits?: boolean | undefined;
  /** Checked before each step; an abort ends the generation with the reason `cancelled`, not with an error. */
  readonly signal?: AbortSignal | undefined;
  /** Told after each prefill pass. */
  readonly onPrefill?: ((done: number, total: number) => void) | undefined;
}

/** One new token. */
export interface GenerateStep {
  readonly id: number;
  /** Whole characters that this token completed; may be empty, may hold text of earlier tokens. */
  readonly text: string;
  /** A copy, present when `logits` was asked for. */
  readonly logits?: Float32Array;
}

/** What a generation returns when it is done. */
export interface GenerateResult {
  readonly reason: EndReason;
  /** The ids that were prefilled. */
  readonly promptIds: readonly number[];
  /** New ids, a stop id included. */
  readonly ids: readonly number[];
  /** How many of them a pass for an earlier one had guessed: they took no pass of their own. */
  readonly accepted: number;
  readonly text: string;
}

/** How a text becomes ids. */
export interface TwinEncodeOptions {
  /** Add what the post-processor adds: the begin token, for most models. Default true. */
  readonly addSpecial?: boolean | undefined;
  /** The text continues an earlier one: no space is put before its first word. Default false. */
  readonly continues?: boolean | undefined;
}

/** The inference engine in WebAssembly with one package loaded. The class `Twin` in `twin.ts` is this. */
export interface TwinEngine {
  readonly info: TwinInfo;
  /** Bytes of the WebAssembly memory: package, state and stack. */
  readonly memoryBytes: number;
  /** Tokens that the model holds. */
  readonly length: number;
  /**
   * Appends `ids` and returns logits: of the last one (`vocabSize` numbers) or of every one (row by row).
   * The array is a copy.
   * @throws UsageError for ids outside the vocabulary or more ids than the context has room for
   * @throws FormatError when the model's numbers overflow
   */
  forward(ids: readonly number[] | Uint32Array, want: 'last' | 'all'): Float32Array;
  /** Forgets all tokens. */
  reset(): void;
  /** Forgets the tokens from position `length` on. */
  truncate(length: number): void;
  /**
   * Ids of a text.
   * @throws UsageError when the package has no tokenizer or the text is longer than the engine takes
   */
  encode(text: string, options?: TwinEncodeOptions): number[];
  /**
   * Ids to feed for one turn of a conversation, up to the point where the model begins to answer.
   * `first`: the context is empty; else the turn follows what the model said.
   * @throws UsageError when the package has no chat section
   */
  chatIds(user: string, options: { readonly first: boolean; readonly system?: string | undefined }): number[];
  /** Text of ids. @throws UsageError when the package has no tokenizer */
  decode(
    ids: readonly number[] | Uint32Array,
    options?: { readonly skipSpecial?: boolean | undefined },
  ): string;
  /**
   * Generates token by token; every `next()` computes one. Stop iterating whenever you like.
   * @throws UsageError for impossible options, FormatError when the model's numbers overflow
   */
  generate(options: GenerateOptions): Generator<GenerateStep, GenerateResult, void>;
}
