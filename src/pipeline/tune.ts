/** What a tuning needs of a planned model, in one piece. */
import { readRows } from '../checkpoint/row-reader.js';
import { tensorKey } from '../checkpoint/tensor-view.js';
import { tensorRefs } from '../model/tensor-refs.js';
import type { PlannedTensor } from '../plan/layout.js';
import { description } from '../quantize/reference-engine.js';
import { tuningRecipe } from '../quantize/tuning-recipe.js';
import type { LadderTask, TuningMatrix, TuningModel } from '../quantize/tuning-types.js';
import { roleSpec } from '../schema/roles.js';
import { UsageError } from '../shared/errors.js';
import { ProgressMeter } from '../shared/progress.js';
import { prefixIds, stopIds } from './open-model.js';
import { CALIBRATION_SEED } from './original-model.js';
import type { PlannedModel } from './plan-model.js';
import { refuseNonFinite } from './reference.js';
import type { Hooks } from './types.js';

/** Most tokens of a text that the model writes, and reads at once while it is tuned. */
const MOST_TOKENS = 256;

/** Multiply-adds of a pass over the text that matrices are rounded for, and its tokens at least and at most. */
const ROUNDING_WORK = 2.5e11;
const ROUNDING_TOKENS = { least: 2048, most: 8192 };

/**
 * The task of quantizing a planned model with more effort than rounding.
 * @param given texts of the user's
 * @throws UsageError for a plan that folds gains into matrices, or fixes the scales of activations; TransportError; the
 *   signal's reason
 */
export async function tuningTask(
  { opened, plan }: PlannedModel,
  effort: 'good' | 'best',
  given: readonly (readonly number[])[],
  hooks: Hooks = {},
): Promise<LadderTask> {
  const { model, checkpoint } = opened;
  const wanted = `Effort "${effort}"`;
  if (plan.tensors.some(({ tensor }) => tensor.gain !== null))
    throw new UsageError(
      `${wanted} needs the gains that this plan folds into matrices. Leave gains outside.`,
    );
  if (effort === 'best' && plan.scheme.activations === 'static')
    throw new UsageError(`${wanted} needs activations whose scales follow them: choose another than static.`);
  const refs = tensorRefs(model);
  const tensors = new Map<string, Uint8Array>();
  const meter = new ProgressMeter('reading', 'bytes', checkpoint.bytes, hooks.onProgress);
  for (const [key, ref] of refs) {
    const rows = ref.shape.length === 1 ? 1 : (ref.shape[0] ?? 0);
    const bytes = await readRows(checkpoint, ref, 0, rows, hooks.signal);
    refuseNonFinite(checkpoint, ref, { rowBegin: 0, bytes });
    // They move to the thread that leads, with all that is in their memory.
    tensors.set(key, bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice());
    meter.advance(bytes.length, key);
  }
  const tokens = Math.min(plan.context, MOST_TOKENS);
  return {
    model: {
      description: description(model),
      tensors,
      vectors: [...refs].filter(([, { shape }]) => shape.length === 1).map(([key]) => key),
      matrices: matricesOf(plan.tensors),
      int8Cache: plan.scheme.cache === 'int8',
    },
    text: {
      prefixIds: prefixIds(opened).slice(0, tokens - 1),
      stopIds: stopIds(opened),
      tokens,
      given: pieces(given, tokens),
    },
    rounding: { tokens: roundingTokens(model.parameters), seed: CALIBRATION_SEED },
    recipe: effort === 'best' ? tuningRecipe(model.parameters) : null,
  };
}

function roundingTokens(parameters: number): number {
  const { least, most } = ROUNDING_TOKENS;
  return Math.round(Math.min(most, Math.max(least, ROUNDING_WORK / parameters)));
}

function matricesOf(planned: readonly { readonly tensor: PlannedTensor }[]): TuningModel['matrices'] {
  const matrices = new Map<string, TuningMatrix>();
  for (const { tensor } of planned) {
    const { shape } = roleSpec(tensor.role);
    if (shape !== 'matrix' && shape !== 'lookup') continue;
    const { encoding, input } = tensor;
    for (const { source } of tensor.parts) {
      const key = tensorKey(source);
      const [rows = 0, cols = 0] = source.shape;
      matrices.set(key, { rows, cols, encoding, input, start: null });
    }
  }
  return matrices;
}

/** Sequences of at most so many tokens; what is left of one is too short to learn from when it is a single token. */
function pieces(sequences: readonly (readonly number[])[], most: number): (readonly number[])[] {
  return sequences.flatMap((ids) =>
    Array.from({ length: Math.ceil(ids.length / most) }, (_, i) =>
      ids.slice(i * most, (i + 1) * most),
    ).filter((piece) => piece.length > 1),
  );
}
