/** The error for weights that are not numbers. */
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { tensorKey, type TensorSource } from '../checkpoint/tensor-view.js';
import { FormatError } from '../shared/errors.js';

export const NOT_FINITE_REMEDY = 'The checkpoint is damaged or its training diverged; take another one.';

/** @param where elements, as a sentence begins */
export function notFinite(checkpoint: Checkpoint, source: TensorSource, where: string): FormatError {
  return new FormatError(`${where}: not a finite number (NaN or infinity).`, {
    file: checkpoint.tensors.get(source.name)?.file ?? 'the checkpoint',
    field: tensorKey(source),
    code: 'not-finite',
    remedy: NOT_FINITE_REMEDY,
  });
}
