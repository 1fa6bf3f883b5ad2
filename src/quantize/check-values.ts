/** Looks for values that are not numbers, tensor by tensor, without converting anything. */
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { isFloatDtype } from '../checkpoint/dtype.js';
import { rowBlocks } from '../checkpoint/row-blocks.js';
import { rowBytes } from '../schema/encodings.js';
import { throwIfAborted } from '../shared/errors.js';
import type { Kernels } from './kernel-types.js';

/** A tensor that holds NaN or infinity. */
export interface BadTensor {
  readonly name: string;
  readonly file: string;
  /** How many elements. */
  readonly count: number;
  /** The first of them; a vector is one row. */
  readonly first: { readonly row: number; readonly col: number };
}

/** Source bytes per block. */
const BLOCK_BYTES = 1024 * 1024;

/**
 * Reads every float tensor of a checkpoint once.
 * @returns the tensors with values that are not finite, in the checkpoint's order
 * @throws TransportError; the signal's reason
 */
export async function findBadTensors(
  checkpoint: Checkpoint,
  kernels: Kernels,
  signal?: AbortSignal,
): Promise<BadTensor[]> {
  const found: BadTensor[] = [];
  for (const info of checkpoint.tensors.values()) {
    throwIfAborted(signal);
    const cols =
      info.shape.length < 2 ? (info.shape[0] ?? 1) : info.shape.slice(1).reduce((size, dim) => size * dim, 1);
    const rows = info.shape.length < 2 ? 1 : (info.shape[0] ?? 0);
    const { dtype } = info;
    if (!isFloatDtype(dtype) || rows === 0 || cols === 0) continue;
    const quantizer = kernels.createQuantizer({ dtype, rows, cols, encoding: 'int8Channel' });
    const rowsPerBlock = Math.max(1, Math.min(rows, Math.floor(BLOCK_BYTES / quantizer.rowBytes)));
    const output = kernels.createOutput(rowsPerBlock, rowBytes({ kind: 'int8Channel', group: 0 }, cols), 1);
    try {
      for await (const block of rowBlocks(checkpoint, info.name, { rowsPerBlock, signal })) {
        quantizer.quantize(block.bytes, output);
      }
      const { nonFinite, firstNonFinite } = quantizer.statistics();
      if (firstNonFinite !== null) {
        found.push({ name: info.name, file: info.file, count: nonFinite, first: firstNonFinite });
      }
    } finally {
      output.dispose();
      quantizer.dispose();
    }
  }
  return found;
}
