/** Every tensor that a description names, found by looking through it, so that no kind of block can be forgotten. */
import { tensorKey } from '../checkpoint/tensor-view.js';
import type { DecoderModel, TensorRef } from './decoder.js';

/** The tensors and views by a key that is unlike for unlike views. */
export function tensorRefs(model: Omit<DecoderModel, 'notes'>): ReadonlyMap<string, TensorRef> {
  const refs = new Map<string, TensorRef>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (isTensorRef(value)) refs.set(tensorKey(value), value);
    else Object.values(value).forEach(visit);
  };
  visit(model);
  return refs;
}

/** The same data with each view as a tensor of its own, named by its key: for readers that know tensors only. */
export function withoutViews(data: unknown): unknown {
  if (typeof data !== 'object' || data === null) return data;
  if (Array.isArray(data)) return data.map(withoutViews);
  if (isTensorRef(data)) return { name: tensorKey(data), dtype: data.dtype, shape: data.shape };
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, withoutViews(value)]));
}

function isTensorRef(value: object): value is TensorRef {
  return 'name' in value && 'dtype' in value && 'shape' in value;
}
