/** What a layer of a model has, for tests that look into one. */
import type { AttentionSpec, DecoderModel, MlpSpec, NormSpec } from '../../src/model/decoder.js';
import { stepsOf } from '../../src/model/decoder.js';

export function attentionOf(model: DecoderModel, layer: number): AttentionSpec {
  return found(stepsOf(model, 'attention').find((place) => place.layer === layer)).step.attention;
}

export function mlpOf(model: DecoderModel, layer: number): MlpSpec {
  return found(stepsOf(model, 'mlp').find((place) => place.layer === layer)).step.mlp;
}

/** The norms of a layer in their order. */
export function normsOf(model: DecoderModel, layer: number): NormSpec[] {
  return stepsOf(model, 'norm')
    .filter((place) => place.layer === layer)
    .map(({ step }) => step.norm);
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the model has no such step');
  return value;
}
