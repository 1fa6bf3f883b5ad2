/** What sets an architecture of GGUF apart, as data: how transformers calls it, its keys there, and its tensors. */
import type { JsonValue } from '../../source/strict-json.js';
import type { StoredLayout } from '../model-input.js';
import type { Metadata } from './metadata.js';
import type { TensorNames } from './tensor-names.js';

/** Keys of config.json. */
export interface ConfigNames {
  readonly hiddenSize: string;
  readonly width: string;
  readonly layers: string;
  readonly heads: string;
  readonly kvHeads: string;
  readonly headDim: string;
  readonly positions: string;
  readonly epsilon: string;
  /** Base of the rotation; `null` for models that do not rotate. */
  readonly theta: string | null;
  /** Share of a head that rotates. */
  readonly share: string;
}

/** What a model of the architecture is made of. */
export interface GgufArchitecture {
  /** Values of `general.architecture`. */
  readonly names: readonly string[];
  /** As transformers calls it. */
  readonly architecture: string;
  readonly modelType: string;
  readonly keys: ConfigNames;
  /** Where the epsilon of norms lies, behind the architecture's name. */
  readonly epsilon: 'attention.layer_norm_rms_epsilon' | 'attention.layer_norm_epsilon';
  /** The head is the embedding in the original, even where a copy is stored. */
  readonly tied?: true;
  readonly layout?: StoredLayout;
  readonly tensors: (metadata: Metadata) => TensorNames;
  /** What else the configuration says. @throws FormatError, UnsupportedError */
  readonly fields?: (metadata: Metadata, sizes: Sizes) => Readonly<Record<string, JsonValue>>;
}

/** Sizes that were read before. */
export interface Sizes {
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly headDim: number;
}
