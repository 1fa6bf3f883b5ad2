/**
 * How much each matrix loses by each encoding, estimated to second order by the gradient engine in one pass over a text
 * (docs/decisions/0033). The module of the engine is loaded by whoever measures, and by nobody else.
 */
import { rowBlocks } from '../checkpoint/row-blocks.js';
import { tensorKey } from '../checkpoint/tensor-view.js';
import { tensorRefs } from '../model/tensor-refs.js';
import type { PlannedTensor } from '../plan/layout.js';
import type { TensorPart } from '../plan/parts.js';
import type { Losses } from '../plan/loss.js';
import { dequantize } from '../quantize/dequantize.js';
import type { GroupSize, Kernels } from '../quantize/kernel-types.js';
import { TrainerDraft, loadTraining, type TrainedRun, type Trainer } from '../quantize/training.js';
import { rowBytes, tensorTables, tableElementsPerRow, type Encoding } from '../schema/encodings.js';
import { throwIfAborted } from '../shared/errors.js';
import { ProgressMeter } from '../shared/progress.js';
import { Breather } from './breather.js';
import type { OpenedModel } from './open-model.js';
import { seededRandom } from './random.js';
import { sample, type SamplerOptions } from './sampler.js';
import type { Hooks } from './types.js';

/** Tokens that are differentiated together, most: what lacks its beginning is another text, and loses more. */
const PIECE = 128;

/** Tokens that are enough: twice as many change what is chosen no more. */
export const SENSITIVITY_TOKENS = 2048;

/** Largest models: weights, gradient, curvature and the engine's own numbers take 24 bytes a parameter. */
export const MOST_PARAMETERS = 48_000_000;

const READ_BYTES = 4 * 1024 * 1024;
const SEED = 3;
const PLAIN: SamplerOptions = { temperature: 1, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1 };

/** Logits of what does not follow, beside that of what does, which is 0: no probability in 32 bits. */
const NEVER = -1e4;

/** Losses that were measured. */
export interface Sensitivity {
  /** Mean divergence in nats that a matrix alone costs with an encoding. Each is computed once. */
  readonly losses: Losses;
  /** Tokens of text that it was measured on. */
  readonly tokens: number;
  /** Gives the memory back; there are no more losses then. */
  dispose(): void;
}

export interface SensitivityInput {
  readonly opened: OpenedModel;
  readonly kernels: Kernels;
  /** The compiled `train.wasm`. */
  readonly train: WebAssembly.Module;
  readonly sequences: readonly (readonly number[])[];
}

/**
 * Half of the mean curvature times the squared error of each weight: the curvature of the divergence is that of the
 * log-likelihood of what the model itself would say next (the Fisher information), whose diagonal is the mean square of its
 * gradient. What two weights lose together falls out, since errors of rounding are independent of each other.
 * @throws FormatError, TransportError; RangeError when memory does not suffice; the signal's reason
 */
export async function measureSensitivity(input: SensitivityInput, hooks: Hooks): Promise<Sensitivity> {
  loadTraining(input.train);
  const trainer = await loadTrainer(input.opened, hooks);
  try {
    const pieces = cut(input.sequences);
    const curvature = await measureCurvature(trainer, pieces, hooks);
    const runs = new Map(trainer.runs.map((run) => [run.name, run]));
    const known = new Map<string, number>();
    return {
      losses: (tensor, encoding) => {
        const key = `${tensor.name} ${encoding.kind} ${encoding.group}`;
        const found = known.get(key) ?? lossOf(tensor, encoding, { ...input, trainer, curvature, runs });
        known.set(key, found);
        return found;
      },
      tokens: pieces.reduce((sum, piece) => sum + piece.length, 0),
      dispose: () => {
        trainer.dispose();
      },
    };
  } catch (error) {
    trainer.dispose();
    throw error;
  }
}

/** The model in the engine, with all of its tensors as numbers that have a gradient. */
async function loadTrainer({ model, checkpoint }: OpenedModel, hooks: Hooks): Promise<Trainer> {
  const draft = new TrainerDraft(model);
  try {
    const refs = tensorRefs(model);
    for (const name of draft.tensorNames) {
      const ref = refs.get(name);
      if (ref === undefined) throw new RangeError(`The description does not name ${name}.`);
      for await (const { bytes } of rowBlocks(checkpoint, ref, {
        bytesPerBlock: READ_BYTES,
        signal: hooks.signal,
      }))
        draft.addRows(name, bytes);
    }
    return draft.begin();
  } catch (error) {
    draft.dispose();
    throw error;
  }
}

/** Sequences in pieces, as many as are enough. */
function cut(sequences: readonly (readonly number[])[]): (readonly number[])[] {
  const pieces: (readonly number[])[] = [];
  let tokens = 0;
  for (const sequence of sequences) {
    for (let begin = 0; begin + 1 < sequence.length && tokens < SENSITIVITY_TOKENS; begin += PIECE) {
      const piece = sequence.slice(begin, begin + PIECE);
      pieces.push(piece);
      tokens += piece.length;
    }
  }
  if (pieces.length === 0) throw new RangeError('There is no text to measure on.');
  return pieces;
}

/** Half of the mean square of the gradient of what the model says next, for each number. */
async function measureCurvature(
  trainer: Trainer,
  pieces: readonly (readonly number[])[],
  hooks: Hooks,
): Promise<Float32Array> {
  const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const meter = new ProgressMeter('calibrating', 'tokens', total, hooks.onProgress);
  const curvature = new Float32Array(trainer.count);
  const random = seededRandom(SEED);
  const breather = new Breather();
  for (const piece of pieces) {
    throwIfAborted(hooks.signal);
    trainer.learn({ sequences: [piece], teacher: said(trainer, piece, random) }, 1);
    const { gradient } = trainer;
    for (let i = 0; i < curvature.length; i++) {
      const slope = gradient[i] as number;
      curvature[i] = (curvature[i] as number) + (slope * slope) / (2 * total);
    }
    meter.advance(piece.length, 'gradients');
    await breather.breathe();
  }
  return curvature;
}

/** Logits that are sure of one token after each of a piece, drawn from the model's own distribution. */
function said(trainer: Trainer, piece: readonly number[], random: () => number): Float32Array {
  const logits = trainer.logits([piece]);
  const { vocabSize } = trainer;
  const sure = new Float32Array(logits.length).fill(NEVER);
  for (let at = 0; at < piece.length; at++) {
    const place = at * vocabSize;
    sure[place + sample(logits.slice(place, place + vocabSize), [], PLAIN, random)] = 0;
  }
  return sure;
}

interface Measured {
  readonly kernels: Kernels;
  readonly trainer: Trainer;
  readonly curvature: Float32Array;
  readonly runs: ReadonlyMap<string, TrainedRun>;
}

function lossOf(tensor: PlannedTensor, encoding: Encoding, measured: Measured): number {
  return tensor.parts.reduce((sum, part) => sum + partLoss(part, encoding, measured), 0);
}

/** Quantizes one source as the conversion does, and weighs the squared errors. */
function partLoss(
  { source, factor }: TensorPart,
  encoding: Encoding,
  { kernels, trainer, curvature, runs }: Measured,
): number {
  const [rows = 0, cols = 0] = source.shape;
  const run = runs.get(tensorKey(source));
  if (run === undefined) throw new RangeError(`${tensorKey(source)} has no gradient.`);
  const weights = trainer.values.slice(run.begin, run.begin + run.length);
  const bytes = new Uint8Array(weights.buffer);
  const [scales = 0, groups = 0, offsets = 0] = tensorTables(encoding, { rows, cols, sources: 1 }).map(
    (table) => tableElementsPerRow(table, encoding, cols),
  );
  const group = encoding.group > 0 ? (encoding.group as GroupSize) : undefined;
  const quantizer = kernels.createQuantizer({
    ...{ dtype: 'F32', rows, cols, encoding: encoding.kind, group, multiplier: factor },
  });
  const block = kernels.createOutput(rows, rowBytes(encoding, cols), scales, groups, offsets);
  try {
    if (encoding.kind === 'int8Tensor') quantizer.measure(bytes);
    quantizer.quantize(bytes, block);
    const shared = encoding.kind === 'int8Tensor' ? quantizer.tensorScale : 0;
    const values = dequantize(block, encoding, { rows, cols }, shared);
    let loss = 0;
    for (let i = 0; i < weights.length; i++) {
      const error = (values[i] as number) / factor - (weights[i] as number);
      loss += error * error * (curvature[run.begin + i] as number);
    }
    return loss;
  } finally {
    block.dispose();
    quantizer.dispose();
  }
}
