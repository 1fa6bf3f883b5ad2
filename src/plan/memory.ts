/** Memory that the engine needs beside the weights. The same sums as `s3lm_state_bytes` in the engine, checked by a test. */
import type { DecoderModel } from '../model/decoder.js';
import { alignUp } from './layout.js';
import type { Scheme } from './scheme.js';

/**
 * Bytes of the key/value cache: per layer, key/value head and position the head's elements (padded to 16 bytes) for keys
 * and for values, and with INT8 one f32 scale each.
 */
export function cacheBytes(model: DecoderModel, scheme: Pick<Scheme, 'cache'>, context: number): number {
  let bytes = 0;
  for (const { attention } of model.blocks) {
    const elementBytes =
      scheme.cache === 'int8' ? alignUp(attention.headDim, 16) : alignUp(attention.headDim, 4) * 4;
    const scaleBytes = scheme.cache === 'int8' ? 4 : 0;
    bytes += 2 * attention.kvHeads * context * (elementBytes + scaleBytes);
  }
  return bytes;
}

const MOST_HEADS_TOGETHER = 4;

/** Largest widths over all blocks, in elements. */
function widths(model: DecoderModel): { hidden: number; projected: number; attended: number; input: number } {
  const hidden = alignUp(model.hiddenSize, 16);
  let projected = 0;
  let attended = 0;
  let input = hidden;
  for (const { attention, mlp } of model.blocks) {
    const query = attention.heads * attention.headDim;
    projected = Math.max(projected, query + 2 * attention.kvHeads * attention.headDim, 2 * mlp.width);
    attended = Math.max(attended, query);
    input = Math.max(input, alignUp(query, 16), alignUp(mlp.width, 16));
  }
  return { hidden, projected: alignUp(projected, 16), attended: alignUp(attended, 16), input };
}

/**
 * Bytes of working memory for passes of `maxBatch` tokens: residual stream, normalized input, projections, attention
 * output, quantized activations, attention scores, logits and the sampler's tables.
 * @param cores that share the work: each has scores of its own
 */
export function scratchBytes(
  model: DecoderModel,
  scheme: Pick<Scheme, 'weights' | 'cache'>,
  context: number,
  maxBatch: number,
  cores: number,
): number {
  const { hidden, projected, attended, input } = widths(model);
  const perToken = 4 * (2 * hidden + projected + attended) + (scheme.weights === 'int8' ? input : 0) + 4;
  // Query heads that share one walk over a float cache (s3lm_heads_together).
  const together = Math.max(
    ...model.blocks.map(({ attention: { heads, kvHeads, headDim } }) =>
      scheme.cache === 'float32' && headDim % 4 === 0 ? Math.min(heads / kvHeads, MOST_HEADS_TOGETHER) : 1,
    ),
  );
  const scores = cores * alignUp(context, 32) * (4 * together + 2);
  const sampler = alignUp(Math.ceil(model.vocabSize / 8), 64) + 256 * 8;
  const tables = 64 * (model.blocks.length * 24);
  return perToken * maxBatch + scores + 4 * alignUp(model.vocabSize, 16) + 4 * context + sampler + tables;
}
