/** Loads the original model into the float reference engine. */
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { bitsOf } from '../checkpoint/dtype.js';
import { findNonFinite } from '../checkpoint/finite.js';
import { rowBlocks, type RowBlock } from '../checkpoint/row-blocks.js';
import type { DecoderModel, TensorRef } from '../model/decoder.js';
import { tensorRefs } from '../model/tensor-refs.js';
import type { Kernels, ReferenceEngine } from '../quantize/kernel-types.js';
import { notFinite } from '../quantize/not-finite.js';
import { throwIfAborted } from '../shared/errors.js';
import { ProgressMeter } from '../shared/progress.js';
import type { Hooks } from './types.js';

/** Bytes per read. */
const BLOCK_BYTES = 4 * 1024 * 1024;

/**
 * Supplies every tensor of the model to a new engine. Weights keep their storage type, so it holds as many bytes as the
 * checkpoint has.
 * @throws FormatError for weights that are not numbers; TransportError; RangeError when memory does not suffice; the signal's reason
 */
export async function loadReference(
  kernels: Kernels,
  checkpoint: Checkpoint,
  model: DecoderModel,
  hooks: Hooks,
): Promise<ReferenceEngine> {
  const reference = kernels.createReference(model);
  try {
    const refs = tensorRefs(model);
    const wanted = reference.tensorNames.map((name): [string, TensorRef] => {
      const ref = refs.get(name);
      if (ref === undefined) throw new RangeError(`The description does not name ${name}.`);
      return [name, ref];
    });
    const total = wanted.reduce((sum, [, ref]) => sum + tensorBytes(ref), 0);
    const meter = new ProgressMeter('reading', 'bytes', total, hooks.onProgress);
    for (const [name, ref] of wanted) {
      throwIfAborted(hooks.signal);
      for await (const block of rowBlocks(checkpoint, ref, {
        bytesPerBlock: BLOCK_BYTES,
        signal: hooks.signal,
      })) {
        refuseNonFinite(checkpoint, ref, block);
        reference.addRows(name, block.bytes);
        meter.advance(block.bytes.length, name);
      }
    }
    return reference;
  } catch (error) {
    reference.dispose();
    throw error;
  }
}

/** @throws FormatError when rows of a tensor hold what is no number */
export function refuseNonFinite(
  checkpoint: Checkpoint,
  ref: TensorRef,
  { rowBegin, bytes }: Pick<RowBlock, 'rowBegin' | 'bytes'>,
): void {
  const index = findNonFinite(bytes, ref.dtype);
  if (index < 0) return;
  const columns = ref.shape.length === 1 ? 0 : (ref.shape[1] ?? 1);
  throw notFinite(
    checkpoint,
    ref,
    columns === 0
      ? `Element ${index}`
      : `Row ${rowBegin + Math.floor(index / columns)}, column ${index % columns}`,
  );
}

/** Bytes of a tensor as it is stored. */
export function tensorBytes({ shape, dtype }: TensorRef): number {
  return (shape.reduce((product, d) => product * d, 1) * bitsOf(dtype)) / 8;
}
