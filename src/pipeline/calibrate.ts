/**
 * What the original model's activations are like over a calibration text: the ranges for static scales, and how much an
 * error of each column of a matrix costs.
 */
import { isMultiplied, type PlannedTensor } from '../plan/layout.js';
import type { Plan } from '../plan/plan.js';
import type { ActivationRange, ReferenceEngine } from '../quantize/kernel-types.js';
import { ACTIVATION_SCALE_RANGE, GLOBAL_INDEX } from '../schema/package.js';
import { throwIfAborted } from '../shared/errors.js';
import { ProgressMeter } from '../shared/progress.js';
import { Breather } from './breather.js';
import { rangeOf, siteKey } from './input-reports.js';
import type { Hooks } from './types.js';

/** Share of magnitudes that a scale covers; the rest is clipped. Clipping the last 0.01 % halves the divergence that the maximum gives. */
const PERCENTILE = 99.99;

const [LEAST_SCALE, MOST_SCALE] = ACTIVATION_SCALE_RANGE.map(Math.fround) as [number, number];

/** Largest INT8 code. */
const CODE_MAX = 127;

/** Runs the original model over the sequences, and has it observe its activations. */
export async function observe(
  reference: ReferenceEngine,
  sequences: readonly (readonly number[])[],
  hooks: Hooks,
): Promise<void> {
  const tokens = sequences.reduce((sum, sequence) => sum + sequence.length, 0);
  const meter = new ProgressMeter('calibrating', 'tokens', tokens, hooks.onProgress);
  const breather = new Breather();
  reference.startCalibration();
  for (const [index, sequence] of sequences.entries()) {
    throwIfAborted(hooks.signal);
    reference.reset();
    reference.forward(sequence, 'all');
    meter.advance(sequence.length, `text ${index + 1} of ${sequences.length}`);
    await breather.breathe();
  }
}

/**
 * How much an error of each column of a matrix costs, by what was observed.
 * @returns by tensor name; matrices that are only looked up are left out
 */
export function importances(reference: ReferenceEngine, plan: Plan): Map<string, Float32Array> {
  const found = new Map<string, Float32Array>();
  for (const { tensor } of plan.tensors) {
    if (!isMultiplied(tensor) || tensor.site === null) continue;
    const step = tensor.index === GLOBAL_INDEX ? null : tensor.index;
    const importance = reference.importance(step, tensor.site, tensor.gain !== null);
    if (importance.length === tensor.cols) found.set(tensor.name, importance);
  }
  return found;
}

/**
 * One scale for each matrix input, by what was observed.
 * @returns scale by tensor name; matrices whose input was always zero, or beyond the scales of the format, are left out and
 *   stay dynamic
 */
export function staticScales(reference: ReferenceEngine, plan: Plan): Map<string, number> {
  const ranges = new Map(
    reference.calibration(PERCENTILE).map((range) => [siteKey(range.step, range.site), range]),
  );
  const scales = new Map<string, number>();
  for (const { tensor } of plan.tensors) {
    const range = rangeOf(tensor, ranges);
    const scale = Math.fround(range === undefined ? 0 : inputRange(tensor, range) / CODE_MAX);
    if (scale >= LEAST_SCALE && scale <= MOST_SCALE) scales.set(tensor.name, scale);
  }
  return scales;
}

/** A matrix with a folded gain sees the norm's output before the gain. */
function inputRange(tensor: PlannedTensor, range: ActivationRange): number {
  return tensor.gain === null ? range.clip : range.foldedClip;
}
