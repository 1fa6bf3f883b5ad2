/** A share of a tuning's work: one thread has the original and the quantized model, and computes gradients of leaves. */
import { GradientSum, type LeafLoss, type StepOptions, type Trainer } from './training.js';
import { TextWriter } from './text-writer.js';
import type { WritingTask } from './training-types.js';
import type { TunedTensors } from './tuned.js';
import { originalTrainer, quantizedTrainer, setRates, tunedTensors } from './tuning-trainers.js';
import type { TuningModel } from './tuning-types.js';

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

/** What a hand does; in this thread, or behind a port. */
export interface Hand {
  load(model: TuningModel, placeRate: number): Promise<LoadedModel>;
  write(task: WritingTask): Promise<number[][]>;
  learn(runs: readonly RunOfLeaves[], weight: number): Promise<Learned>;
  /** A step of the optimizer along the sum of all leaves. */
  step(gradient: Float32Array, options: StepOptions): Promise<void>;
  /** The divergence of the quantized model from the original on each. */
  judge(leaves: readonly LeafText[]): Promise<LeafLoss[]>;
  numbers(): Promise<TrainedNumbers>;
  /** Goes on from other numbers; without moments from their start. */
  restore(numbers: TrainedNumbers): Promise<void>;
  tuned(): Promise<TunedTensors>;
}

/** The work itself. It breathes between its pieces, so that messages come in. */
export class OwnHand implements Hand {
  #matrices: TuningModel['matrices'] = new Map();
  #original: Trainer | null = null;
  #quantized: Trainer | null = null;
  readonly #breathe: () => Promise<void>;

  /** @param breathe lets the thread hear its messages; throws to end the work */
  constructor(breathe: () => Promise<void>) {
    this.#breathe = breathe;
  }

  async load(model: TuningModel, placeRate: number): Promise<LoadedModel> {
    this.dispose();
    this.#matrices = model.matrices;
    this.#original = originalTrainer(model);
    this.#quantized = quantizedTrainer(model, placeRate > 0);
    setRates(this.#quantized, placeRate);
    await this.#breathe();
    return { count: this.#quantized.count, vocabSize: this.#quantized.vocabSize };
  }

  async write(task: WritingTask): Promise<number[][]> {
    const [original] = this.#pair();
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
    return Promise.resolve(tunedTensors(quantized, this.#matrices));
  }

  dispose(): void {
    this.#original?.dispose();
    this.#quantized?.dispose();
    this.#original = this.#quantized = null;
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
