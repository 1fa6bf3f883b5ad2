/**
 * What sets one family of models apart, as data: the keys of its config, the names of its tensors, what holds when a key is
 * left out, and the steps of its blocks. `builder.ts` reads models by such tables.
 */
import type { FunctionKind, MlpKind, NormKind } from '../schema/kinds.js';
import type { ConfigFields } from './config-fields.js';
import type { ConfigKeys, StepPlaces } from './decoder.js';
import type { Family } from './family.js';
import type { DefaultIds } from './generation.js';

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
  /** Before the number of a layer. */
  readonly layers: string;
  readonly finalNorm: string;
  /** Without a prefix. */
  readonly head: string;
}

/** Values that hold when config.json leaves a key out; configs are saved as differences to these. */
export interface FamilyDefaults extends DefaultIds {
  readonly maxPositions: number;
  readonly normEpsilon: number;
  /** Key/value heads when the key is absent; `null` for as many as heads (which is also what null in the file means). */
  readonly kvHeads: number | null;
  /** A spelling of {@link FamilyTable.functions}. */
  readonly function: string;
}

/** What a model's config decides beyond sizes. */
export interface FamilyTraits {
  /** Biases on query, key, value and output. */
  readonly attentionBias: boolean;
  /** Biases on the matrices of the feed-forward. */
  readonly mlpBias: boolean;
  /** Tokens that a query sees, itself included; `null` for all. */
  readonly window: number | null;
}

export type NormStepTable = StepPlaces & { readonly kind: 'norm'; readonly name: string };

export type AttentionStepTable = StepPlaces & {
  readonly kind: 'attention';
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly output: string;
};

export type MlpStepTable = StepPlaces & {
  readonly kind: 'mlp';
  readonly mlp: MlpKind;
  /** Absent for kinds without a gate. */
  readonly gate?: string;
  readonly up: string;
  readonly down: string;
};

/** One step of a block, with the names of its tensors inside a layer. */
export type StepTable = NormStepTable | AttentionStepTable | MlpStepTable;

/** A tensor that no step names, and what its name tells: for a better message, nothing is read by it. */
export interface UnknownTensor {
  readonly names: RegExp;
  /** The sentence, `null` when the name means nothing for this model. */
  readonly meaning: (traits: FamilyTraits, config: ConfigFields) => string | null;
}

export interface FamilyTable extends Omit<Family, 'read'> {
  readonly keys: FamilyKeys;
  readonly names: FamilyNames;
  readonly defaults: FamilyDefaults;
  readonly norm: NormKind;
  /** Norms have a bias beside their gain. */
  readonly normBias?: true;
  /** A head of its own has a bias. */
  readonly headBias?: true;
  /** Functions of the feed-forward by their spellings in the config. */
  readonly functions: Readonly<Record<string, FunctionKind>>;
  /** @throws FormatError for a value that is not what it should be */
  readonly traits: (config: ConfigFields) => FamilyTraits;
  /** The steps of every block. */
  readonly steps: readonly StepTable[];
  /** What tensors mean that the steps do not name, the most particular first. */
  readonly unknown: readonly UnknownTensor[];
}
