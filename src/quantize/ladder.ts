/**
 * The rungs of quantization above rounding by itself (docs/decisions/0031): matrices are rounded in the order of the model,
 * each for the inputs that are left, and then, where that is asked for, tuned by gradient.
 */
import { ProgressMeter } from '../shared/progress.js';
import { release } from '../shared/release.js';
import { ModelRounder, type RoundedTensor } from './rounding.js';
import { TextWriter, textsAtOnce } from './text-writer.js';
import type { Trainer } from './training.js';
import type { GridMatrix, TunedTensors } from './tuned.js';
import { tune, type TuningHooks } from './tuning.js';
import type { Hand } from './tuning-hand.js';
import { OriginalDraft, isTunable } from './tuning-trainers.js';
import type { LadderTask, RoundingRecipe, Tuned, TuningModel, TuningText } from './tuning-types.js';

export interface LadderHooks extends TuningHooks {
  /** Lets the thread hear its messages; throws to end the work. */
  readonly breathe: () => Promise<void>;
}

/**
 * Climbs as far as a task says, in this thread as far as rounding goes.
 * @param hands those that tune
 * @throws RangeError when memory is exhausted; what `breathe` and the hands throw
 */
export async function climb(
  { rounding, recipe, model, text }: LadderTask,
  hands: readonly Hand[],
  hooks: LadderHooks,
): Promise<Tuned> {
  const rounded =
    rounding === undefined
      ? null
      : await roundInOrder({ model, text, rounding, isLast: recipe === null }, hooks);
  if (recipe === null) {
    return { tensors: rounded ?? { matrices: new Map(), vectors: new Map() }, figures: null };
  }
  const matrices = new Map(
    [...model.matrices].map(([name, matrix]) => {
      const start = rounded?.matrices.get(name) ?? matrix.start;
      return [name, { ...matrix, start }];
    }),
  );
  return tune({ model: { ...model, matrices }, text, recipe }, hands, hooks);
}

/** What is rounded in order: everything that rounding needs. */
export interface RoundingTask {
  readonly model: TuningModel;
  readonly text: TuningText;
  readonly rounding: RoundingRecipe;
  /** Whether nobody needs the tensors behind it: they are let go. */
  readonly isLast: boolean;
}

/**
 * Rounds the matrices of a model in its order. Those without a scale a row stay out.
 * @returns the matrices on their grids, and the biases that go with them
 */
export async function roundInOrder(
  { model, text, rounding, isLast }: RoundingTask,
  hooks: Pick<LadderHooks, 'onProgress' | 'breathe'>,
): Promise<TunedTensors> {
  const draft = new OriginalDraft(model);
  for (const [name, bytes] of model.tensors) {
    draft.supply(name, bytes);
    if (isLast) {
      model.tensors.delete(name);
      release(bytes);
    }
  }
  const trainer = draft.begin();
  let rounder: ModelRounder | null = null;
  try {
    const sequences = await textFor(trainer, text, rounding, hooks);
    const tokens = sequences.reduce((sum, { length }) => sum + length, 0);
    const tensors = [...model.matrices].flatMap(([name, matrix]): RoundedTensor[] =>
      isTunable(matrix.encoding) ? [{ name, ...matrix }] : [],
    );
    rounder = new ModelRounder(trainer, tensors, model.int8Cache, sequences);
    const meter = new ProgressMeter('tuning', 'tokens', tokens, hooks.onProgress);
    let done = 0;
    for (let share = rounder.work(); share !== null; share = rounder.work()) {
      const now = (tokens * share.done) / share.total;
      meter.advance(now - done, 'rounding in order');
      done = now;
      await hooks.breathe();
    }
    const matrices = new Map<string, GridMatrix>();
    for (const tensor of tensors) {
      const grid = rounder.take(tensor);
      // What is only looked up and added, as learned positions are, is left to plain rounding.
      if (grid !== null) matrices.set(tensor.name, grid);
    }
    return { matrices, vectors: rounder.biases() };
  } finally {
    if (rounder === null) trainer.dispose();
    else rounder.dispose();
  }
}

/** The user's texts, and as much of the model's own as is missing. */
async function textFor(
  trainer: Trainer,
  { given, ...writing }: TuningText,
  { tokens: most, seed }: RoundingRecipe,
  { onProgress, breathe }: Pick<LadderHooks, 'onProgress' | 'breathe'>,
): Promise<(readonly number[])[]> {
  const texts = spread(given, most);
  let count = texts.reduce((sum, { length }) => sum + length, 0);
  // A few thousand tokens of what the model will read say more than as many again of its own.
  if (count >= most / 2) return texts;
  const meter = new ProgressMeter('generating', 'tokens', most - count, onProgress);
  const atOnce = textsAtOnce(trainer, writing.tokens);
  for (let next = seed; count < most;) {
    const each = Math.min(atOnce, Math.ceil((most - count) / writing.tokens));
    const seeds = Array.from({ length: each }, (_, i) => ({ seed: next + i, temperature: 1 }));
    const writer = new TextWriter({ ...writing, texts: seeds });
    let isFinished = false;
    try {
      for (let written = writer.step(trainer); written > 0; written = writer.step(trainer)) {
        meter.advance(written, `text ${next - seed + 1}`);
        await breathe();
      }
      isFinished = true;
    } finally {
      if (!isFinished) writer.dispose();
    }
    for (const one of writer.finish()) {
      texts.push(one);
      count += one.length;
    }
    next += each;
  }
  return texts;
}

/** Texts from all over, of about so many tokens together. */
function spread(texts: TuningText['given'], most: number): (readonly number[])[] {
  const all = texts.reduce((sum, { length }) => sum + length, 0);
  const share = Math.min(1, most / Math.max(1, all));
  return texts.filter((_, i) => Math.floor((i + 1) * share) > Math.floor(i * share));
}
