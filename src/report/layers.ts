/** What quantization cost each layer, from the errors of its tensors. */
import type { TensorReport } from '../quantize/report.js';

export interface LayerError {
  /** Number of the layer, `null` for what belongs to none: embedding, head, last norm. */
  readonly layer: number | null;
  /** Root of the noise's share of the signal's power, over all weights of the layer; 0 when nothing was lost. */
  readonly error: number;
}

/** The number in `model.layers.7.mlp…`, whatever stands around it. */
const LAYER = /(?:^|\.)(?:layers|blocks|h)\.(\d+)\./;

/** The layer that a tensor belongs to, `null` for none. */
export function layerOf(name: string): number | null {
  const match = LAYER.exec(name);
  return match === null ? null : Number(match[1]);
}

/**
 * Relative error per layer, layers in order, the rest last.
 *
 * A tensor's signal-to-noise ratio says how much noise stands against its own signal; tensors of a layer are weighed by
 * their number of weights, since their powers are not in the report.
 */
export function layerErrors(tensors: readonly TensorReport[]): LayerError[] {
  const sums = new Map<number | null, { noise: number; weights: number }>();
  for (const tensor of tensors) {
    const layer = layerOf(tensor.name);
    const sum = sums.get(layer) ?? { noise: 0, weights: 0 };
    const weights = tensor.rows * tensor.cols;
    sum.noise += tensor.sqnr === null ? 0 : weights * 10 ** (-tensor.sqnr / 10);
    sum.weights += weights;
    sums.set(layer, sum);
  }
  return [...sums]
    .map(([layer, { noise, weights }]) => ({ layer, error: weights === 0 ? 0 : Math.sqrt(noise / weights) }))
    .sort((a, b) => (a.layer ?? Infinity) - (b.layer ?? Infinity));
}

/** The layers that moved least and most, `null` where there are none; what was not quantized lost nothing and does not count. */
export function layerSpread(layers: readonly LayerError[]): {
  readonly least: LayerError | null;
  readonly most: LayerError | null;
} {
  const sorted = layers.filter(({ error }) => error > 0).sort((a, b) => a.error - b.error);
  return { least: sorted[0] ?? null, most: sorted.at(-1) ?? null };
}
