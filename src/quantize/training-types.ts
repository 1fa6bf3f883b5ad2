/** What the gradient engine (`training.ts`) takes and gives. */

/** How a matrix is quantized while it is trained. */
export interface TrainingGrid {
  /** 8: codes within ±127. 4: codes from 0 to 15 over a minimum, -8 to 7 where it is whole, or within ±7 without. */
  readonly bits: 4 | 8;
  /** Which weights share a scale: all, those of a row, or so many columns of a row. */
  readonly sharing: 'tensor' | 'row' | { readonly columns: number };
  /** Whether there are minimums: for 4 bits only. Default `false`. */
  readonly minimum?: boolean | undefined;
  /**
   * Whether the scales and minimums of groups are used as packages store them: whole numbers of 8 bits beside one float a
   * row. They are trained as floats. Default `false`.
   */
  readonly whole?: boolean | undefined;
  /**
   * What the codes follow: `nothing`, they stay as they are; `weights` that are trained as well, where a change of a scale
   * moves codes; their `places`, numbers in units of the scale that round to them, where it moves weights. Default `nothing`.
   */
  readonly follows?: 'nothing' | 'weights' | 'places' | undefined;
}

/** Codes of a matrix, row by row, and what they are multiplied with, and what is added. */
export interface GridValues {
  readonly codes: Int8Array;
  readonly scales: Float32Array;
  /** As many as scales, or none. */
  readonly minimums: Float32Array;
}

/** Scales and minimums of groups as packages store them: a weight is `row * (scale * code + 8 * minimum)`. */
export interface GridTables {
  /** One a row. */
  readonly rows: Float32Array;
  /** One a group of columns, row by row. */
  readonly scales: Uint8Array;
  /** As many, or none. */
  readonly minimums: Int8Array;
}

/** Texts that a model is to write. */
export interface WritingTask {
  /** What every text begins with; at least one token. */
  readonly prefixIds: readonly number[];
  /** Tokens that end a text. */
  readonly stopIds: readonly number[];
  /** Most tokens of a text, those that it begins with included. */
  readonly tokens: number;
  readonly texts: readonly { readonly seed: number; readonly temperature: number }[];
}

/** A run of trained numbers, in the order in which they lie in `Trainer.values` and in gradients. */
export interface TrainedRun {
  /** The tensor's name. */
  readonly name: string;
  /** What the numbers are to it: its elements, or the scales or minimums of its grid. */
  readonly part: 'values' | 'scales' | 'minimums';
  readonly begin: number;
  readonly length: number;
}

/** Some sequences and what is wanted of them. */
export interface Leaf {
  readonly sequences: readonly ArrayLike<number>[];
  /**
   * Logits of another model after each token of each sequence, `vocabSize` each: the loss is the divergence of ours from
   * its distribution (Kullback-Leibler). Without them it is the cross-entropy of the token that follows, for all but the
   * last of each sequence.
   */
  readonly teacher?: Float32Array | undefined;
}

/** A loss over the positions of a leaf. */
export interface LeafLoss {
  /** In nats. */
  readonly sum: number;
  /** Positions with something wanted. */
  readonly positions: number;
}

/** What a step of AdamW goes by. */
export interface StepOptions {
  /** Default 0.001. */
  readonly learningRate?: number | undefined;
  /** Default 0.9. */
  readonly beta1?: number | undefined;
  /** Default 0.999. */
  readonly beta2?: number | undefined;
  /** Default 1e-8. */
  readonly epsilon?: number | undefined;
  /** Default 0. It applies to the elements of matrices. */
  readonly weightDecay?: number | undefined;
  /** Largest Euclidean norm of the gradient: a longer one is shortened to it. Default none. */
  readonly clip?: number | undefined;
}

/** What a training that was interrupted goes on from, beside `Trainer.values`. */
export interface Moments {
  readonly first: Float32Array;
  readonly second: Float32Array;
  readonly steps: number;
}

/** Aligned leaves whose gradients one worker adds: `2 ** level` of them from leaf `first` on. */
export interface LeafRun {
  readonly first: number;
  readonly level: number;
}
