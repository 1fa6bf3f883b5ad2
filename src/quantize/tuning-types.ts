/** What tuning (`tuning.ts`) takes, and what it says on the way: plain data, so that it crosses between threads. */
import type { Encoding } from '../schema/encodings.js';
import type { InputKind } from '../schema/kinds.js';
import type { OnProgress } from '../shared/progress.js';
import type { GridMatrix, TunedTensors } from './tuned.js';

/** A matrix of the model, by `tensorKey` in {@link TuningModel.matrices}. */
export interface TuningMatrix {
  readonly rows: number;
  readonly cols: number;
  readonly encoding: Encoding;
  /** How what it is multiplied with is quantized. */
  readonly input: InputKind;
  /** Where the tuning begins; `null`: codes, scales and offsets that span the weights. */
  readonly start: GridMatrix | null;
}

/** A model and how it is quantized. */
export interface TuningModel extends BareModel {
  /**
   * Elements of every tensor in its own type, little-endian, by `tensorKey`. They are used up: what the engine has taken is
   * removed, so that no weight is in memory twice for long.
   */
  readonly tensors: Map<string, Uint8Array>;
}

/** The same without its elements. */
export interface BareModel {
  /** As `description` of `reference-engine.ts` makes it. */
  readonly description: Uint8Array;
  /** Gains and biases, by `tensorKey`: they are tuned. */
  readonly vectors: readonly string[];
  /** Matrices that are quantized. The others keep their numbers. */
  readonly matrices: ReadonlyMap<string, TuningMatrix>;
  readonly int8Cache: boolean;
}

/** What is read while tuning. */
export interface TuningText {
  /** What every text that the model writes begins with. */
  readonly prefixIds: readonly number[];
  readonly stopIds: readonly number[];
  /** Most tokens of a text. */
  readonly tokens: number;
  /** Texts of the user's; empty for none. */
  readonly given: readonly (readonly number[])[];
}

/** How long and how fast is tuned. */
export interface TuningRecipe {
  readonly seed: number;
  /** Tokens that the model writes for it. */
  readonly writtenTokens: number;
  /** The texts take turns with them. */
  readonly temperatures: readonly number[];
  /** Tokens of the held-out text, which decides which step was best. */
  readonly heldOutTokens: number;
  /** Tokens whose gradient is computed at once. */
  readonly leafTokens: number;
  /** Leaves of a step. */
  readonly leaves: number;
  /** Passes over the text. */
  readonly epochs: number;
  /** Largest learning rate: of scales in units of their mean, of offsets in twice that, of gains in units of theirs. */
  readonly rate: number;
  /** Factor on it for the places of codes, in units of codes; 0: codes stay as they are. */
  readonly placeRate: number;
  /** Share of the steps in which the learning rate rises. */
  readonly warmUp: number;
  readonly beta2: number;
  /** How often the held-out text is read. */
  readonly checks: number;
  /** Checks without a better step after which the tuning ends. */
  readonly patience: number;
}

/** Everything that a tuning needs. */
export interface TuningTask {
  readonly model: TuningModel;
  readonly text: TuningText;
  readonly recipe: TuningRecipe;
}

/** What matrices are rounded for. */
export interface RoundingRecipe {
  /** Tokens that they are rounded for: the user's, or the model's own. */
  readonly tokens: number;
  readonly seed: number;
}

/** How far to climb the ladder above rounding by itself. */
export interface LadderTask extends Omit<TuningTask, 'recipe'> {
  /** Rounds matrices in order first. */
  readonly rounding?: RoundingRecipe | undefined;
  /** Tunes what is left; `null`: does not. */
  readonly recipe: TuningRecipe | null;
}

/** What a tuning goes on from after an interruption. */
export interface TuningState {
  /** {@link tuningKey} of the task, beside the version of this layout. */
  readonly key: string;
  readonly step: number;
  /** Texts that were written; given ones are in the task. */
  readonly written: readonly (readonly number[])[];
  readonly heldOut: readonly (readonly number[])[];
  readonly values: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  readonly best: TuningBest;
  /** Mean divergence on the held-out text before the first step, in nats. */
  readonly before: number;
}

/** The step with the least divergence on the held-out text. */
export interface TuningBest {
  readonly step: number;
  /** Mean divergence from the original on the held-out text, in nats. */
  readonly loss: number;
  readonly values: Float32Array;
  /** Checks since. */
  readonly stale: number;
}

/** Where states are kept between tunings. Failures to keep one cost nothing but the time to begin anew. */
export interface TuningStore {
  get(key: string): Promise<unknown>;
  put(key: string, state: TuningState): Promise<void>;
  delete(key: string): Promise<void>;
}

/** Divergences of a tuning from the original on the held-out text, in nats. */
export interface TuningFigures {
  readonly before: number;
  readonly after: number;
  readonly steps: number;
  /** Steps that an earlier tuning had done. */
  readonly resumed: number;
  /** The written text's tokens, and those of the user's. */
  readonly tokens: number;
}

/** What a tuning gives. */
export interface Tuned {
  readonly tensors: TunedTensors;
  /** `null` where matrices were only rounded in order. */
  readonly figures: TuningFigures | null;
}

/** What a tuning by gradient gives. */
export interface TunedByGradient extends Tuned {
  readonly figures: TuningFigures;
}

/** Climbs the ladder somewhere. @throws what the tuning throws; the signal's reason */
export type Tuner = (
  task: LadderTask,
  hooks: { readonly onProgress?: OnProgress | undefined; readonly signal?: AbortSignal | undefined },
) => Promise<Tuned>;
