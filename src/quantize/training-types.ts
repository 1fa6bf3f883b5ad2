/** What the gradient engine (`training.ts`) takes and gives. */

/** How a matrix is quantized while it is trained. */
export interface TrainingGrid {
  /** 8: codes within ±127. 4: codes from 0 to 15 over a minimum, or within ±7 without. */
  readonly bits: 4 | 8;
  /** Which weights share a scale: all, those of a row, or so many columns of a row. */
  readonly sharing: 'tensor' | 'row' | { readonly columns: number };
  /** Whether there are minimums: for 4 bits only. Default `false`. */
  readonly minimum?: boolean | undefined;
  /** Whether the weights are trained as well, and the codes follow them. Default `false`: codes stay as they are. */
  readonly follows?: boolean | undefined;
}

/** Codes of a matrix, row by row, and what they are multiplied with, and what is added. */
export interface GridValues {
  readonly codes: Int8Array;
  readonly scales: Float32Array;
  /** As many as scales, or none. */
  readonly minimums: Float32Array;
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
