/**
 * One description of a decoder-only transformer for all families. It is plain data (JSON both ways): the planner,
 * the quantizer and the float reference engine read it, and none of them knows a family's name.
 */
import type { FloatDtype } from '../checkpoint/checkpoint.js';
import type { TensorView } from '../checkpoint/tensor-view.js';
import type {
  FunctionKind,
  HeadNormKind,
  MlpKind,
  NormKind,
  PlaceKind,
  PositionKind,
  StepKind,
} from '../schema/kinds.js';
import type { Sampling, Settled } from '../shared/sampling.js';
import type { Note } from './notes.js';

/** A tensor of the checkpoint, by name, with what was verified about it. */
export interface TensorRef {
  readonly name: string;
  readonly dtype: FloatDtype;
  /** `[length]` or `[out, in]`, of the view where there is one. */
  readonly shape: readonly number[];
  /** The part of the stored tensor that is meant; the whole of it when absent. */
  readonly view?: TensorView;
}

/** `y = W x + b`, `W` stored `[out, in]`. */
export interface LinearSpec {
  readonly weight: TensorRef;
  readonly bias: TensorRef | null;
}

/** Normalization over the hidden size. */
export interface NormSpec {
  readonly kind: NormKind;
  readonly epsilon: number;
  /** `null`: the result is not multiplied. */
  readonly gain: TensorRef | null;
  /** Added to every stored gain: 1 where it is stored as its distance from 1 (Gemma), else 0. */
  readonly gainOffset: number;
  readonly bias: TensorRef | null;
}

/** Normalization of queries and of keys. */
export interface HeadNormSpec {
  readonly kind: NormKind;
  readonly epsilon: number;
  readonly over: Exclude<HeadNormKind, 'none'>;
  /** After the rotation instead of before; not over all heads. */
  readonly turned: boolean;
  readonly query: HeadGains;
  readonly key: HeadGains;
  /** As of {@link NormSpec}. */
  readonly gainOffset: number;
}

/**
 * Gains and biases, one vector after the other: `[headDim]` once over `head` and once a head over `heads`,
 * `[heads * headDim]` once over `all`. Empty where there are none.
 */
export interface HeadGains {
  readonly gains: readonly TensorRef[];
  readonly biases: readonly TensorRef[];
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

/** A rotary table for contexts beyond {@link DecoderModel.maxPositions}. */
export type LongRotary =
  /** The same for all such contexts. */
  | { readonly kind: 'fixed'; readonly spec: RotarySpec }
  /** Its base `theta` grows with the context, in proportion to `positions` (dynamic NTK). */
  | {
      readonly kind: 'stretched';
      readonly dim: number;
      readonly theta: number;
      readonly factor: number;
      readonly positions: number;
    };

/** What is to say of each kind of position. */
interface Positions {
  readonly none: { readonly kind: 'none' };
  readonly rotary: {
    readonly kind: 'rotary';
    /** Index into {@link DecoderModel.rotaries}. */
    readonly table: number;
  };
  readonly alibi: {
    readonly kind: 'alibi';
    /** One a query head: times the distance, it is taken off a score that has its factor. */
    readonly slopes: readonly number[];
  };
}

/** How the queries and keys of an attention know their positions. */
export type PositionSpec = Positions[PositionKind];

export interface AttentionSpec {
  readonly heads: number;
  /** Key/value heads; divides `heads`. Key/value head `j` serves query heads `j*g … j*g+g-1`, `g = heads / kvHeads`. */
  readonly kvHeads: number;
  readonly headDim: number;
  /** Factor on query·key. */
  readonly scale: number;
  /** Scores become `cap * tanh(score / cap)`; `null` for as they are. */
  readonly scoreCap: number | null;
  /** Queries, keys and values are kept within ± this, before all else; `null` for as they are. */
  readonly clip: number | null;
  readonly headNorm: HeadNormSpec | null;
  /** Tokens that a query sees, itself included; `null` for all. */
  readonly window: number | null;
  readonly position: PositionSpec;
  readonly query: LinearSpec;
  readonly key: LinearSpec;
  readonly value: LinearSpec;
  readonly output: LinearSpec;
  /** Factor on the result, bias included. */
  readonly factor: number;
}

/** `gated`: `down(function(gate x) * (up x))`; `plain`: `down(function(up x))`. */
export interface MlpSpec {
  readonly kind: MlpKind;
  readonly function: FunctionKind;
  /** Width of the feed-forward. */
  readonly width: number;
  /** `null` for kinds without a gate. */
  readonly gate: LinearSpec | null;
  readonly up: LinearSpec;
  readonly down: LinearSpec;
  /** Factor on the result, bias included. */
  readonly factor: number;
}

/**
 * A short convolution (Liquid AI's LFM2): `output(c * conv(b * x))` with `b, c, x` the thirds of `input`'s result, and `conv`
 * over the newest tokens, each channel by itself.
 */
export interface ConvSpec {
  /** `[3 * hiddenSize, hiddenSize]`: rows of `b`, of `c`, of `x`. */
  readonly input: LinearSpec;
  /** `[hiddenSize]` each: the factors on the oldest token that is seen, on the next, on the token itself. */
  readonly taps: readonly TensorRef[];
  /** Of the sum over the taps. */
  readonly bias: TensorRef | null;
  readonly output: LinearSpec;
}

/** From where a step takes a token's vector, and where its result goes. */
export interface StepPlaces {
  readonly reads: PlaceKind;
  readonly writes: PlaceKind;
  /** Added to what is there, instead of replacing it. */
  readonly adds: boolean;
}

export type NormStep = StepPlaces & { readonly kind: 'norm'; readonly norm: NormSpec };
export type AttentionStep = StepPlaces & { readonly kind: 'attention'; readonly attention: AttentionSpec };
export type MlpStep = StepPlaces & { readonly kind: 'mlp'; readonly mlp: MlpSpec };
export type ConvStep = StepPlaces & { readonly kind: 'conv'; readonly conv: ConvSpec };

/** The steps by what they do. */
interface Steps {
  readonly norm: NormStep;
  readonly attention: AttentionStep;
  readonly mlp: MlpStep;
  readonly conv: ConvStep;
}

/** One step of a block. */
export type Step = Steps[StepKind];

/** What a layer does, step by step. `n = norm(x); x += attention(n); n = norm(x); x += mlp(n)` has four. */
export interface BlockSpec {
  readonly steps: readonly Step[];
}

/** A step with its place in the model. */
export interface NumberedStep<S extends Step = Step> {
  /** Number among the steps of all blocks. */
  readonly index: number;
  readonly layer: number;
  readonly step: S;
}

/** Planners ask for the same steps some thousand times for a model. */
const numbered = new WeakMap<DecoderModel['blocks'], readonly NumberedStep[]>();

/** The steps of all blocks in the order in which a token passes them. */
export function numberedSteps({ blocks }: Pick<DecoderModel, 'blocks'>): readonly NumberedStep[] {
  const known = numbered.get(blocks);
  if (known !== undefined) return known;
  const steps = blocks
    .flatMap(({ steps }, layer) => steps.map((step) => ({ layer, step })))
    .map((place, index) => ({ index, ...place }));
  numbered.set(blocks, steps);
  return steps;
}

/** Those of one kind. */
export function stepsOf<K extends Step['kind']>(
  model: Pick<DecoderModel, 'blocks'>,
  kind: K,
): NumberedStep<Extract<Step, { readonly kind: K }>>[] {
  return numberedSteps(model).filter(
    (place): place is NumberedStep<Extract<Step, { readonly kind: K }>> => place.step.kind === kind,
  );
}

/** Sampling defaults from generation_config.json; `null` where the file is silent, but for top-k, which is 50 then. */
export type GenerationDefaults = Pick<Sampling, 'doSample'> & Settled<Omit<Sampling, 'doSample'>>;

/** Keys of config.json, or of what stands for it. */
export interface ConfigKeys {
  readonly hiddenSize: string;
  /** Width of the feed-forward. */
  readonly width: string;
  readonly layers: string;
  readonly heads: string;
  readonly kvHeads: string;
  readonly headDim: string;
  readonly normEpsilon: string;
  readonly maxPositions: string;
  readonly vocabSize: string;
}

/** Where embeddings have a width of their own: from it to the hidden size, and back behind the final norm (OPT-350m). */
export interface EmbeddingProjections {
  /** Elements of an embedding, and of what goes into the head. */
  readonly width: number;
  /** `[hiddenSize, width]`: of the scaled row, before that of the position is added. */
  readonly into: TensorRef;
  /** `[width, hiddenSize]`: what it gives goes into the head. */
  readonly out: TensorRef;
}

/** Where a model's sizes were read, for messages. */
export interface ReadFrom {
  readonly file: string;
  readonly keys: ConfigKeys;
  /** The file with the end tokens. */
  readonly endsFile: string;
}

export interface DecoderModel {
  /** Family file that read it, e.g. `llama`. */
  readonly family: string;
  /** `architectures[0]` of the config. */
  readonly architecture: string;
  readonly hiddenSize: number;
  /** Rows of the embedding. */
  readonly vocabSize: number;
  /** Longest position that {@link rotaries} hold for. */
  readonly maxPositions: number;
  /** Where other tables hold for longer contexts: up to where, and these tables ({@link withContext}). */
  readonly longer?: { readonly maxPositions: number; readonly rotaries: readonly LongRotary[] };
  /** `[vocabSize, hiddenSize]`, or of the width that {@link projections} project from. */
  readonly embedding: TensorRef;
  /** Factor on the embedding row; 1 for Llama. */
  readonly embeddingScale: number;
  /** Absent where embeddings are of the hidden size. */
  readonly projections?: EmbeddingProjections;
  /** `[maxPositions, hiddenSize]`: the row of its position is added to that of a token; `null` where none is learned. */
  readonly positions: TensorRef | null;
  readonly rotaries: readonly RotarySpec[];
  readonly blocks: readonly BlockSpec[];
  readonly finalNorm: NormSpec;
  /** `null`: tied to the embedding. */
  readonly head: LinearSpec | null;
  /** Factor on the logits, bias included. */
  readonly logitScale: number;
  /** Logits that have their factor become `cap * tanh(logit / cap)`; `null` for as they are. */
  readonly logitCap: number | null;
  readonly bosId: number | null;
  /** Ids that end a generation. */
  readonly eosIds: readonly number[];
  readonly padId: number | null;
  readonly generation: GenerationDefaults;
  /** Number of parameters, tied ones counted once. */
  readonly parameters: number;
  readonly readFrom: ReadFrom;
  /** Notes for people: what was ignored or assumed while reading. */
  readonly notes: readonly Note[];
}
