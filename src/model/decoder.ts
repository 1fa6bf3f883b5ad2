/**
 * One description of a decoder-only transformer for all families. It is plain data (JSON both ways): the planner,
 * the quantizer and the float reference engine read it, and none of them knows a family's name.
 */
import type { FloatDtype } from '../checkpoint/checkpoint.js';
import type { Sampling, Settled } from '../shared/sampling.js';
import type { Note } from './notes.js';

/** A tensor of the checkpoint, by name, with what was verified about it. */
export interface TensorRef {
  readonly name: string;
  readonly dtype: FloatDtype;
  /** `[length]` or `[out, in]`. */
  readonly shape: readonly number[];
}

/** `y = W x + b`, `W` stored `[out, in]`. */
export interface LinearSpec {
  readonly weight: TensorRef;
  readonly bias: TensorRef | null;
}

/** Normalization over the hidden size. */
export interface NormSpec {
  readonly kind: 'rms';
  readonly epsilon: number;
  readonly gain: TensorRef;
}

/** Rotary position embedding, rotate-half pairing (element `i` with `i + dim/2`). */
export interface RotarySpec {
  /** Number of leading elements of each head that rotate (even). */
  readonly dim: number;
  /** `dim / 2` angles per position step, radians. */
  readonly inverseFrequencies: readonly number[];
  /** Factor on cosine and sine (yarn, longrope); 1 for the others. */
  readonly attentionFactor: number;
}

export interface AttentionSpec {
  readonly heads: number;
  /** Key/value heads; divides `heads`. Key/value head `j` serves query heads `j*g … j*g+g-1`, `g = heads / kvHeads`. */
  readonly kvHeads: number;
  readonly headDim: number;
  /** Factor on query·key. */
  readonly scale: number;
  /** Tokens that a query sees, itself included; `null` for all. */
  readonly window: number | null;
  /** Index into {@link DecoderModel.rotaries}, `null` for none. */
  readonly rotary: number | null;
  readonly query: LinearSpec;
  readonly key: LinearSpec;
  readonly value: LinearSpec;
  readonly output: LinearSpec;
}

/** `down(activation(gate x) * (up x))`. */
export interface MlpSpec {
  readonly kind: 'gated';
  readonly activation: 'silu';
  /** Width of the feed-forward. */
  readonly width: number;
  readonly gate: LinearSpec;
  readonly up: LinearSpec;
  readonly down: LinearSpec;
}

/** `x += attention(norm(x)); x += mlp(norm(x))`. */
export interface BlockSpec {
  readonly topology: 'pre-norm';
  readonly attentionNorm: NormSpec;
  readonly attention: AttentionSpec;
  readonly mlpNorm: NormSpec;
  readonly mlp: MlpSpec;
}

/** Sampling defaults from generation_config.json; `null` where the file is silent. */
export type GenerationDefaults = Pick<Sampling, 'doSample'> & Settled<Omit<Sampling, 'doSample'>>;

export interface DecoderModel {
  /** Family file that read it, e.g. `llama`. */
  readonly family: string;
  /** `architectures[0]` of the config. */
  readonly architecture: string;
  readonly hiddenSize: number;
  /** Rows of the embedding. */
  readonly vocabSize: number;
  /** Longest position that the model was made for. */
  readonly maxPositions: number;
  readonly embedding: TensorRef;
  /** Factor on the embedding row; 1 for Llama. */
  readonly embeddingScale: number;
  readonly rotaries: readonly RotarySpec[];
  readonly blocks: readonly BlockSpec[];
  readonly finalNorm: NormSpec;
  /** `null`: tied to the embedding. */
  readonly head: LinearSpec | null;
  readonly bosId: number | null;
  /** Ids that end a generation. */
  readonly eosIds: readonly number[];
  readonly padId: number | null;
  readonly generation: GenerationDefaults;
  /** Number of parameters, tied ones counted once. */
  readonly parameters: number;
  /** Notes for people: what was ignored or assumed while reading. */
  readonly notes: readonly Note[];
}
