/**
 * What sets one family of models apart, as data: the keys of its config, the names of its tensors, what holds when a key is
 * left out, and the steps of its blocks. `builder.ts` reads models by such tables.
 */
import type { FunctionKind, HeadNormKind, MlpKind, NormKind } from '../schema/kinds.js';
import type { ConfigFields } from './config-fields.js';
import type { ConfigKeys, StepPlaces } from './decoder.js';
import type { Family } from './family.js';
import type { DefaultIds } from './generation.js';
import type { RotaryDefaults } from './rotary.js';

/** Keys of config.json. */
export interface FamilyKeys extends ConfigKeys {
  /** The head is the embedding. */
  readonly tied: string;
  /** The function between the matrices of the feed-forward. */
  readonly function: string;
}

/** Names of tensors, without `.weight` and `.bias`. */
export interface FamilyNames {
  /** What all names but the head's may begin with: as a language model, and as the bare decoder. The first is assumed. */
  readonly prefixes: readonly string[];
  readonly embedding: string;
  /** Where a vector is learned for each position; it is there when {@link FamilyTraits.learned} says so. */
  readonly positions?: string;
  /** Before the number of a layer. */
  readonly layers: string;
  readonly finalNorm: string;
  /** Without a prefix; the first that is stored. */
  readonly head: readonly string[];
}

/** Values that hold when config.json leaves a key out; configs are saved as differences to these. */
export interface FamilyDefaults extends DefaultIds {
  readonly maxPositions: number;
  readonly normEpsilon: number;
  /** Key/value heads when the key is absent; `null` for as many as heads (which is also what null in the file means). */
  readonly kvHeads: number | null;
  /** A spelling of {@link FamilyTable.functions}. */
  readonly function: string;
  /** Whether the head is the embedding; not when absent. */
  readonly tied?: boolean;
  /** Width of the feed-forward by the hidden size; there is no default when absent. */
  readonly width?: (hiddenSize: number) => number;
  /** Size of a head; hidden size by heads when absent. */
  readonly headDim?: number;
}

/** Norms of queries and keys: names of their tensors inside a layer, and how they are computed. */
export interface HeadNormTable {
  readonly kind: NormKind;
  readonly over: Exclude<HeadNormKind, 'none'>;
  /** After the rotation. */
  readonly turned?: true;
  readonly query: string;
  readonly key: string;
  /**
   * How gains are stored: `none` at all, as one `vector`, as `rows` of a matrix, a row a head, or as one vector a head whose
   * names are `numbered`. One vector when absent.
   */
  readonly stored?: 'none' | 'vector' | 'rows' | 'numbered';
  readonly bias?: boolean;
}

/** Embeddings of a width of their own, the key that says it, and the names of the matrices between it and the hidden size. */
export interface ProjectedTable {
  readonly width: number;
  readonly key: string;
  readonly into: string;
  readonly out: string;
}

/** What one layer is, beside its size. */
export interface LayerTraits {
  /** Its steps in place of those of every block. */
  readonly steps?: readonly StepTable[];
  /** Tokens that a query sees, itself included; `null` or absent for all. */
  readonly window?: number | null;
  /** Rotary table by its number, `null` for a layer that does not rotate; the first when absent. */
  readonly rotary?: number | null;
}

/** What a model's config decides beyond sizes. What is absent is as in Llama. */
export interface FamilyTraits {
  /** Biases on query, key and value. */
  readonly attentionBias?: boolean;
  /** Bias on the attention's output; as on query, key and value when absent. */
  readonly outputBias?: boolean;
  /** Biases on the matrices of the feed-forward. */
  readonly mlpBias?: boolean;
  /** Biases on matrices and taps of convolutions. */
  readonly convBias?: boolean;
  /** Norms have a bias beside their gain. */
  readonly normBias?: boolean;
  /** Norms have neither gain nor bias. */
  readonly bareNorms?: true;
  /** A head of its own has a bias. */
  readonly headBias?: boolean;
  /** Tokens that a convolution sees, and the key that says so. */
  readonly taps?: { readonly count: number; readonly key: string };
  /** Width of the feed-forward by that of the config. */
  readonly width?: (configured: number) => number;
  /** Key/value heads by the query heads, where no key of the config says them. */
  readonly kvHeads?: (heads: number) => number;
  /** The steps of every block in place of the table's. */
  readonly steps?: readonly StepTable[];
  readonly projected?: ProjectedTable;
  /** A norm behind the embedding. */
  readonly embeddingNorm?: string;
  /** The last step, a norm of the residual stream, is the final norm. */
  readonly endsWithNorm?: boolean;
  readonly layer?: (layer: number) => LayerTraits;
  /** How the rotary tables are found in the config; one when absent, none when empty. */
  readonly rotaries?: readonly RotaryDefaults[];
  /**
   * Rotary pairs are neighbours, element `2i` with `2i + 1`; `everywhere`: rows lie so in layers that do not rotate, too.
   */
  readonly neighbours?: boolean | 'everywhere';
  /** Slopes of the heads, instead of a rotation. */
  readonly slopes?: (heads: number) => readonly number[];
  /** A vector is learned for each position, in the row that lies so many further down. */
  readonly learned?: { readonly offset: number };
  /** Factor on query·key; 1 by the root of the head size when absent. */
  readonly scale?: (headDim: number, layer: number) => number;
  readonly scoreCap?: number | null;
  readonly clip?: number | null;
  readonly headNorm?: HeadNormTable | null;
  readonly embeddingScale?: (hiddenSize: number) => number;
  /** Factor on what attention and feed-forward add to the residual stream. */
  readonly resultFactor?: number;
  readonly logitScale?: number;
  readonly logitCap?: number | null;
}

export type NormStepTable = StepPlaces & { readonly kind: 'norm'; readonly name: string };

/** Query, key and value as tensors of their own, or fused in one. */
type ProjectionNames =
  | { readonly query: string; readonly key: string; readonly value: string; readonly fused?: undefined }
  | {
      readonly fused: string;
      /**
       * How rows are ordered: all of the query, of the key, of the value (`parts`); or for each key/value head its queries,
       * its key and its value (`groups`).
       */
      readonly order: 'parts' | 'groups';
    };

export type AttentionStepTable = StepPlaces &
  ProjectionNames & { readonly kind: 'attention'; readonly output: string };

export type MlpStepTable = StepPlaces & {
  readonly kind: 'mlp';
  readonly mlp: MlpKind;
  /** Absent for kinds without a gate, and where it is fused. */
  readonly gate?: string;
  /** With `fused` its tensor has the rows of the gate, then its own. */
  readonly up: string;
  readonly fused?: true;
  readonly down: string;
};

/** A short convolution: its taps are stored as `[hiddenSize, 1, taps]`. */
export type ConvStepTable = StepPlaces & {
  readonly kind: 'conv';
  readonly input: string;
  readonly taps: string;
  readonly output: string;
};

/** One step of a block, with the names of its tensors inside a layer. */
export type StepTable = NormStepTable | AttentionStepTable | MlpStepTable | ConvStepTable;

/** A tensor that no step names, and what its name tells: for a better message, nothing is read by it. */
export interface UnknownTensor {
  readonly names: RegExp;
  /** The sentence, `null` when the name means nothing for this model. */
  readonly meaning: (traits: FamilyTraits, config: ConfigFields) => string | null;
}

/** What the traits of a model may be told by. */
export interface TraitSource {
  readonly config: ConfigFields;
  /** Whether a tensor of the first layer is stored, by its full name inside the layer. */
  readonly stores: (name: string) => boolean;
}

export interface FamilyTable extends Omit<Family, 'read' | 'isTied' | 'table'> {
  readonly keys: FamilyKeys;
  /** Other spellings of keys, for those of {@link keys} that are absent. */
  readonly aliases?: Readonly<Record<string, readonly string[]>>;
  readonly names: FamilyNames;
  readonly defaults: FamilyDefaults;
  readonly norm: NormKind;
  /** Added to every stored gain of a norm. */
  readonly gainOffset?: 1;
  /** Matrices of the blocks are stored as `[in, out]`. */
  readonly transposed?: boolean;
  /** Functions of the feed-forward by their spellings in the config. */
  readonly functions: Readonly<Record<string, FunctionKind>>;
  /** @throws FormatError for a value that is not what it should be; UnsupportedError for what is not computed */
  readonly traits: (source: TraitSource) => FamilyTraits;
  /** The steps of every block. */
  readonly steps: readonly StepTable[];
  /** What tensors mean that the steps do not name, the most particular first. */
  readonly unknown: readonly UnknownTensor[];
}
