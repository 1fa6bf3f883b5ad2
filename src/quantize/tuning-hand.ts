/** A share of a tuning's work: one thread has the original and the quantized model, and computes gradients of leaves. */
import { GradientSum, type LeafLoss, type StepOptions, type Trainer } from './training.js';
import { TextWriter, textsAtOnce } from './text-writer.js';
import type { WritingTask } from './training-types.js';
import type { TunedTensors } from './tuned.js';
import { OriginalDraft, quantizedTrainer, setRates, tunedTensors, withoutCodes } from './tuning-trainers.js';
import type { BareModel } from './tuning-types.js';

/** Token sequences whose gradient is computed at once. */
export type LeafText = readonly (readonly number[])[];

/** Aligned leaves: `2 ** level` of them. */
export interface RunOfLeaves {
  readonly level: number;
  readonly leaves: readonly LeafText[];
}

/** The sums of the gradients of some runs, in their order. */
export interface Learned {
  readonly sums: readonly Float32Array<ArrayBuffer>[];
  readonly loss: LeafLoss;
}

/** What is in training. */
export interface LoadedModel {
  /** Numbers that are trained. */
  readonly count: number;
  readonly vocabSize: number;
}

/** What a training goes on from. */
export interface TrainedNumbers {
  readonly values: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  readonly steps: number;
}

/** What a hand does; in this thread, or behind a port. First it takes the original, then it makes the quantized model. */
export interface Hand {
  /** Begins with a model, in place of the one before. Its tensors follow. */
  begin(model: BareModel): Promise<void>;
  /** Takes the elements of one of its tensors. */
  supply(name: string, bytes: Uint8Array): Promise<void>;
  /** All are there. Gives how many texts of so many tokens it writes at once. */
  complete(tokens: number): Promise<number>;
  write(task: WritingTask): Promise<number[][]>;
  /** Puts the model on its grids. Texts are written before, while their room is not taken. */
  quantize(placeRate: number): Promise<LoadedModel>;
  learn(runs: readonly RunOfLeaves[], weight: number): Promise<Learned>;
  /** A step of the optimizer along the sum of all leaves. */
  step(gradient: Float32Array, options: StepOptions): Promise<void>;
  /** The divergence of the quantized model from the original on each. */
  judge(leaves: readonly LeafText[]): Promise<LeafLoss[]>;
  numbers(): Promise<TrainedNumbers>;
  /** Goes on from other numbers; without moments from their start. */
  restore(numbers: TrainedNumbers): Promise<void>;
  tuned(): Promise<TunedTensors>;
  /** Gives back what it holds; its thread ends. */
  end(): Promise<void>;
}

/** The work itself. It breathes between its pieces, so that messages come in. */
export class OwnHand implements Hand {
  #model: BareModel | null = null;
  #draft: OriginalDraft | null = null;
  #original: Trainer | null = null;
  #quantized: Trainer | null = null;
  readonly #breathe: () => Promise<void>;
  readonly #close: () => void;

  /**
   * @param breathe lets the thread hear its messages; throws to end the work
   * @param close ends the thread, where it is one of its own
   */
  constructor(breathe: () => Promise<void>, close: () => void = () => undefined) {
    this.#breathe = breathe;
    this.#close = close;
  }

  begin(model: BareModel): Promise<void> {
    this.dispose();
    this.#model = model;
    this.#draft = new OriginalDraft(model);
    return Promise.resolve();
  }

  async supply(name: string, bytes: Uint8Array): Promise<void> {
    this.#draft?.supply(name, bytes);
    await this.#breathe();
  }

  async complete(tokens: number): Promise<number> {
    const draft = this.#draft;
    if (draft === null) throw new RangeError('No model is on its way.');
    this.#draft = null;
    this.#original = draft.begin();
    await this.#breathe();
    return textsAtOnce(this.#original, tokens);
  }

  async quantize(placeRate: number): Promise<LoadedModel> {
    const original = this.#original;
    const model = this.#model;
    if (original === null || model === null) throw new RangeError('No model is loaded.');
    const quantized = quantizedTrainer(model, placeRate > 0, original);
    this.#quantized = quantized;
    setRates(quantized, placeRate);
    this.#model = withoutCodes(model);
    await this.#breathe();
    return { count: quantized.count, vocabSize: quantized.vocabSize };
  }

  async write(task: WritingTask): Promise<number[][]> {
    const original = this.#original;
    if (original === null) throw new RangeError('No model is loaded.');
    const writer = new TextWriter(task);
    try {
      while (writer.step(original) > 0) await this.#breathe();
    } catch (error) {
      writer.dispose();
      throw error;
    }
    return writer.finish();
  }

  async learn(runs: readonly RunOfLeaves[], weight: number): Promise<Learned> {
    const [original, quantized] = this.#pair();
    const total = { sum: 0, positions: 0 };
    const sums: Float32Array<ArrayBuffer>[] = [];
    for (const { leaves } of runs) {
      const sum = new GradientSum(quantized.count);
      for (const leaf of leaves) {
        const loss = quantized.learnFrom(original, leaf, weight);
        total.sum += loss.sum;
        total.positions += loss.positions;
        sum.addLeaf(quantized);
        await this.#breathe();
      }
      sums.push(sum.finish() as Float32Array<ArrayBuffer>);
    }
    return { sums, loss: total };
  }

  step(gradient: Float32Array, options: StepOptions): Promise<void> {
    const [, quantized] = this.#pair();
    const sum = new GradientSum(quantized.count);
    sum.addRun(0, gradient);
    quantized.take(sum);
    quantized.step(options);
    return Promise.resolve();
  }

  async judge(leaves: readonly LeafText[]): Promise<LeafLoss[]> {
    const [original, quantized] = this.#pair();
    const losses: LeafLoss[] = [];
    for (const leaf of leaves) {
      losses.push(quantized.judgeFrom(original, leaf));
      await this.#breathe();
    }
    return losses;
  }

  numbers(): Promise<TrainedNumbers> {
    const [, quantized] = this.#pair();
    const { first, second, steps } = quantized.moments;
    return Promise.resolve({
      values: quantized.values.slice(),
      first: first.slice(),
      second: second.slice(),
      steps,
    });
  }

  restore({ values, first, second, steps }: TrainedNumbers): Promise<void> {
    const [, quantized] = this.#pair();
    quantized.setValues(values);
    quantized.resume({ first, second, steps });
    return Promise.resolve();
  }

  tuned(): Promise<TunedTensors> {
    const [, quantized] = this.#pair();
    return Promise.resolve(tunedTensors(quantized, this.#model?.matrices ?? new Map()));
  }

  end(): Promise<void> {
    this.dispose();
    this.#close();
    return Promise.resolve();
  }

  dispose(): void {
    this.#draft?.dispose();
    this.#original?.dispose();
    this.#quantized?.dispose();
    this.#draft = this.#original = this.#quantized = this.#model = null;
  }

  #pair(): [original: Trainer, quantized: Trainer] {
    if (this.#original === null || this.#quantized === null) throw new RangeError('No model is loaded.');
    return [this.#original, this.#quantized];
  }
}

/** Sequences in their order, as many to a leaf as reach so many tokens. */
export function leavesOf(texts: LeafText, tokens: number): LeafText[] {
  const leaves: (readonly number[])[][] = [];
  let room = 0;
  for (const text of texts) {
    if (room <= 0) {
      leaves.push([]);
      room = tokens;
    }
    leaves.at(-1)?.push(text);
    room -= text.length;
  }
  return leaves;
}
