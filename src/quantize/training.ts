/**
 * The gradient engine (`kernels/crates/train`): trains a decoder, or tunes what quantization leaves free against the
 * logits of the original. Its module is loaded by whoever trains, and by nobody else.
 *
 * A step's text is cut into *leaves* of some sequences each. Their gradients are added in a balanced tree over their
 * numbers ({@link GradientSum}), so that the weights after a step have the same bits whatever number of workers shared
 * the leaves ({@link leafRuns}).
 *
 * All objects live in one WebAssembly memory that only grows; they hold it until `dispose()`.
 */
import {
  type GradientTree,
  type TextWriter as RawWriter,
  type Training,
  TrainingDraft,
  initSync,
  work_tiles,
} from '../../kernels/crates/train/prebuilt/train.js';
import type { DecoderModel } from '../model/decoder.js';
import type { InputKind } from '../schema/kinds.js';
import { integer } from './kernel-module.js';
import type { GradientSum } from './gradient-sum.js';
import { description } from './reference-engine.js';
import { call } from './call.js';
import type {
  GridTables,
  GridValues,
  Leaf,
  LeafLoss,
  Moments,
  StepOptions,
  TrainedRun,
  TrainingGrid,
} from './training-types.js';

export * from './gradient-sum.js';
export * from './training-types.js';

const PARTS = ['values', 'scales', 'minimums'] as const;

let memory: WebAssembly.Memory | null = null;

/**
 * Instantiates the engine; a second call in the same JavaScript realm does nothing.
 * @param module the compiled `train.wasm`
 */
export function loadTraining(module: WebAssembly.Module): void {
  memory ??= initSync({ module }).memory;
}

/**
 * The rate at which the kernel of all matrix products works on operands that lie ready, in floating-point operations a
 * second: what a training on this machine cannot exceed, and what an estimate of its time can start from.
 * @param clock milliseconds
 */
export function kernelRate(clock: () => number): number {
  const ROUNDS = 2000;
  work_tiles(ROUNDS);
  const begin = clock();
  const operations = work_tiles(ROUNDS) * ROUNDS;
  return (operations / (clock() - begin)) * 1000;
}

/** A fresh view of floats of the engine's memory. */
function floats(address: number, length: number): Float32Array {
  if (memory === null) throw new RangeError('The gradient engine is not loaded: call loadTraining first.');
  return new Float32Array(memory.buffer, address, length);
}

/** A model on the way to its training: filled with weights, and each tensor told what becomes of it. */
export class TrainerDraft {
  readonly #raw: TrainingDraft;

  /**
   * @param model or what `description` makes of it
   * @throws FormatError when the description is inconsistent or the model too large
   */
  constructor(model: DecoderModel | Uint8Array) {
    const bytes = model instanceof Uint8Array ? model : description(model);
    this.#raw = call(() => new TrainingDraft(bytes));
  }

  /** The tensors to be supplied, each once, in the order of first use. */
  get tensorNames(): readonly string[] {
    return this.#raw.tensor_names();
  }

  /**
   * Supplies the next rows of a tensor as raw little-endian bytes of its own type.
   * @throws FormatError for an unknown name, partial rows or too many rows; RangeError when memory is exhausted
   */
  addRows(name: string, bytes: Uint8Array): void {
    call(() => {
      this.#raw.add_rows(name, bytes);
    });
  }

  /**
   * Takes the elements of a tensor over from a model that has it, as that computes with them.
   * @throws FormatError for an unknown name or another size; RangeError when memory is exhausted
   */
  takeOver(name: string, from: Trainer): void {
    call(() => {
      this.#raw.take_over(name, from.raw);
    });
  }

  /** Tensors that are not complete yet. */
  missing(): string[] {
    return this.#raw.missing();
  }

  /**
   * Fills what has no weights yet, for a training from scratch: matrices with normal numbers, gains with ones, biases with
   * zeros. Equal seeds give equal weights.
   * @param deviation of the normal numbers; 0.02 is usual
   */
  initialize(seed: number, deviation: number): void {
    call(() => {
      this.#raw.initialize(integer(seed, 'A seed'), deviation);
    });
  }

  /** Leaves a tensor as it is. @throws FormatError for an unknown name */
  freeze(name: string): void {
    call(() => {
      this.#raw.freeze(name);
    });
  }

  /**
   * Puts a matrix on a grid, whose scales and minimums are trained in its place.
   * @param values codes, scales and minimums that exist, in a grid whose codes stay; else they are spanned over the weights
   * @throws FormatError for an unknown name or a vector; RangeError for a grid that cannot be, or other counts
   */
  quantize(name: string, grid: TrainingGrid, values?: GridValues): void {
    const { bits, sharing, minimum = false, whole = false, follows = 'nothing' } = grid;
    const [word, group] =
      typeof sharing === 'string' ? [sharing, 0] : ['columns', integer(sharing.columns, 'A group')];
    if (values === undefined) {
      call(() => {
        this.#raw.quantize(name, bits, word, group, minimum, whole, follows);
      });
      return;
    }
    if (follows === 'weights')
      throw new RangeError('Codes that follow weights are made of them: give the grid alone.');
    const { codes, scales, minimums } = values;
    if (minimum !== minimums.length > 0)
      throw new RangeError(
        'Give as many minimums as scales where the grid has minimums, and none where it has not.',
      );
    call(() => {
      this.#raw.set_codes(name, bits, word, group, whole, follows, codes, scales, minimums);
    });
  }

  /** Says how what a matrix is multiplied with is quantized. @throws FormatError for an unknown name */
  setInput(name: string, input: InputKind | 'float32'): void {
    call(() => {
      this.#raw.set_input(name, input);
    });
  }

  /** Whether keys and values are rounded as in the device's INT8 cache. */
  setInt8Cache(on: boolean): void {
    this.#raw.set_int8_cache(on);
  }

  /** Begins the training; the draft is used up. @throws RangeError while weights are missing */
  begin(): Trainer {
    return new Trainer(call(() => this.#raw.begin()));
  }

  dispose(): void {
    this.#raw.free();
  }
}

/** A model in training, with room for one gradient. */
export class Trainer {
  readonly #raw: Training;
  readonly runs: readonly TrainedRun[];

  /** Made by {@link TrainerDraft.begin}. */
  constructor(raw: Training) {
    this.#raw = raw;
    const figures = raw.slice_parts();
    let begin = 0;
    this.runs = raw.slice_names().map((name, i) => {
      const [code = 0, length = 0] = figures.subarray(2 * i);
      const run = { name, part: PARTS[code] ?? 'values', begin, length };
      begin += length;
      return run;
    });
  }

  /** Numbers that are trained. */
  get count(): number {
    return this.#raw.count();
  }

  get vocabSize(): number {
    return this.#raw.vocabulary();
  }

  /** Bytes that a text which the model writes takes for each of its tokens. */
  get seenBytes(): number {
    return this.#raw.seen_bytes();
  }

  /** Steps of the optimizer so far. */
  get steps(): number {
    return this.#raw.steps();
  }

  /** The trained numbers: a view until the next call. */
  get values(): Float32Array {
    return floats(this.#raw.values_address(), this.count);
  }

  /** Replaces the trained numbers. @throws RangeError for another length */
  setValues(values: Float32Array): void {
    call(() => {
      this.#raw.set_values(values);
    });
  }

  /** The gradient that {@link learn} and {@link take} leave: a view until the next call. */
  get gradient(): Float32Array {
    return floats(this.#raw.gradient_address(), this.count);
  }

  /** What a training that is interrupted goes on from: views until the next call. */
  get moments(): Moments {
    const [first = 0, second = 0] = this.#raw.moments_addresses();
    return { first: floats(first, this.count), second: floats(second, this.count), steps: this.steps };
  }

  /** Goes on where another training was. @throws RangeError for other lengths */
  resume(moments: Moments): void {
    call(() => {
      this.#raw.set_moments(moments.first, moments.second, integer(moments.steps, 'A number of steps'));
    });
  }

  /** Sets the factor on the learning rate of a run, and whether weight decay applies to it (by default: to matrices). */
  setRate(run: number, rate: number, decays: boolean): void {
    call(() => {
      this.#raw.set_rate(integer(run, 'A run'), rate, decays);
    });
  }

  /**
   * Computes the gradient of a leaf, which replaces the one before.
   * @param weight factor on the loss of each position: 1 / positions of all leaves of the step gives the gradient of its
   *   mean
   * @throws RangeError for ids outside the vocabulary, empty or too long sequences, or exhausted memory
   */
  learn(leaf: Leaf, weight: number): LeafLoss {
    const { ids, lengths, next } = flat(leaf.sequences);
    const { teacher } = leaf;
    return loss(
      call(() =>
        teacher === undefined
          ? this.#raw.gradient(ids, lengths, next, weight)
          : this.#raw.gradient_to(ids, lengths, teacher, weight),
      ),
    );
  }

  /** The loss of a leaf alone. @throws RangeError as {@link learn} */
  judge(leaf: Leaf): LeafLoss {
    const { ids, lengths, next } = flat(leaf.sequences);
    const { teacher } = leaf;
    return loss(
      call(() =>
        teacher === undefined ? this.#raw.loss(ids, lengths, next) : this.#raw.loss_to(ids, lengths, teacher),
      ),
    );
  }

  /**
   * The gradient of the divergence from another trainer's model, which replaces the gradient before: as {@link learn} with
   * that model's logits, which are never all in memory.
   * @throws RangeError as {@link learn}, and for another vocabulary
   */
  learnFrom(teacher: Trainer, sequences: Leaf['sequences'], weight: number): LeafLoss {
    const { ids, lengths } = flat(sequences);
    return loss(call(() => this.#raw.gradient_from(teacher.#raw, ids, lengths, weight)));
  }

  /** The loss of {@link learnFrom} alone. */
  judgeFrom(teacher: Trainer, sequences: Leaf['sequences']): LeafLoss {
    const { ids, lengths } = flat(sequences);
    return loss(call(() => this.#raw.loss_from(teacher.#raw, ids, lengths)));
  }

  /** Logits after each token of each sequence, as a leaf's `teacher` has them. @throws RangeError as {@link learn} */
  logits(sequences: readonly ArrayLike<number>[]): Float32Array {
    const { ids, lengths } = flat(sequences);
    return call(() => this.#raw.logits(ids, lengths));
  }

  /**
   * A step of AdamW along the gradient.
   * @returns the gradient's Euclidean norm before it was shortened
   * @throws RangeError for options out of range, or a gradient that is not finite; nothing has changed then
   */
  step(options: StepOptions = {}): number {
    const { learningRate = 1e-3, beta1 = 0.9, beta2 = 0.999 } = options;
    const { epsilon = 1e-8, weightDecay = 0, clip = Infinity } = options;
    return call(() => this.#raw.step(learningRate, beta1, beta2, epsilon, weightDecay, clip));
  }

  /** Takes the sum of leaves as the gradient; the sum is used up. */
  take(sum: GradientSum): void {
    call(() => {
      this.#raw.take(sum.release());
    });
  }

  /** Elements of a tensor as products use them: of a quantized one, what its codes stand for. A copy. */
  tensor(name: string): Float32Array {
    return call(() => this.#raw.tensor(name));
  }

  /** Codes, scales and minimums of a quantized tensor; `null` of another. Copies. */
  grid(name: string): GridValues | null {
    const codes = this.#raw.codes(name);
    if (codes.length === 0) return null;
    const part = (wanted: TrainedRun['part']): Float32Array => {
      const run = this.runs.find((one) => one.name === name && one.part === wanted);
      return run === undefined ? new Float32Array(0) : this.values.slice(run.begin, run.begin + run.length);
    };
    return { codes, scales: part('scales'), minimums: part('minimums') };
  }

  /** Scales and minimums of a grid that are whole numbers, as packages store them. Copies. */
  tables(name: string): GridTables {
    return {
      rows: this.#raw.row_scales(name),
      scales: this.#raw.group_scales(name),
      minimums: this.#raw.group_minimums(name),
    };
  }

  /** For {@link TextWriter.step}. */
  write(writer: RawWriter): number {
    return call(() => writer.step(this.#raw));
  }

  /** For {@link GradientSum.addLeaf}. */
  addTo(tree: GradientTree): void {
    call(() => {
      tree.add_leaf(this.#raw);
    });
  }

  /** For {@link TrainerDraft.takeOver}, and for `ModelRounder`, which uses it up. */
  get raw(): Training {
    return this.#raw;
  }

  dispose(): void {
    this.#raw.free();
  }
}

/** Sequences one behind the other, their lengths, and the token that follows each, -1 behind the last of a sequence. */
export function flat(sequences: readonly ArrayLike<number>[]): {
  readonly ids: Uint32Array;
  readonly lengths: Uint32Array;
  readonly next: Int32Array;
} {
  const lengths = Uint32Array.from(sequences, (sequence) => sequence.length);
  const ids = new Uint32Array(lengths.reduce((sum, length) => sum + length, 0));
  const next = new Int32Array(ids.length).fill(-1);
  let at = 0;
  for (const sequence of sequences) {
    for (let i = 0; i < sequence.length; i += 1) {
      const id = integer(sequence[i] ?? NaN, 'A token');
      ids[at + i] = id;
      if (i > 0) next[at + i - 1] = id;
    }
    at += sequence.length;
  }
  return { ids, lengths, next };
}

function loss([sum = 0, positions = 0]: Iterable<number>): LeafLoss {
  return { sum, positions };
}
