/** The task of tuning a small decoder with real margins. The gradient engine must be loaded. */
import type { DecoderModel } from '../../src/model/decoder.js';
import { tensorRefs } from '../../src/model/tensor-refs.js';
import { description } from '../../src/quantize/reference-engine.js';
import { TrainerDraft } from '../../src/quantize/training.js';
import type { TuningMatrix, TuningRecipe, TuningTask } from '../../src/quantize/tuning-types.js';

const RECIPE: TuningRecipe = {
  seed: 3,
  writtenTokens: 4000,
  temperatures: [1, 0.7],
  heldOutTokens: 800,
  leafTokens: 40,
  leaves: 4,
  epochs: 2,
  rate: 0.006,
  placeRate: 4,
  warmUp: 0.1,
  beta2: 0.99,
  checks: 6,
  patience: 6,
};

/** A decoder of one block whose weights are wide: its next tokens are as certain as those of a trained one. */
export function tuningTaskOf(model: DecoderModel, recipe: Partial<TuningRecipe> = {}): TuningTask {
  const draft = new TrainerDraft(model);
  draft.initialize(11, 0.45);
  const trainer = draft.begin();
  const refs = tensorRefs(model);
  const bytes = (name: string): Uint8Array => new Uint8Array(trainer.tensor(name).buffer);
  const tensors = new Map([...refs.keys()].map((name) => [name, bytes(name)]));
  trainer.dispose();
  const matrices = new Map<string, TuningMatrix>();
  for (const [name, { shape }] of refs) {
    const [rows = 0, cols] = shape;
    if (cols === undefined) continue;
    const isTable = name === 'embedding';
    matrices.set(name, {
      ...{ rows, cols, input: isTable ? 'int16' : 'int8', start: null },
      encoding: isTable
        ? { kind: 'int8GroupU8', group: 16 }
        : name === 'o'
          ? { kind: 'int8Channel', group: 0 }
          : { kind: 'int4Group', group: 16 },
    });
  }
  return {
    model: {
      description: description(model),
      tensors,
      vectors: [...refs].filter(([, { shape }]) => shape.length === 1).map(([name]) => name),
      matrices,
      int8Cache: true,
    },
    text: { prefixIds: [1], stopIds: [2], tokens: 40, given: [Array.from({ length: 30 }, (_, i) => i)] },
    recipe: { ...RECIPE, ...recipe },
  };
}
