/** Memory that the engine needs beside the weights. The same sums as `s3lm_state_bytes` in the engine, checked by a test. */
import { numberedSteps, stepsOf, type DecoderModel } from '../model/decoder.js';
import { INPUT_GROUP, INT4_BLOCK, alignUp } from '../schema/encodings.js';
import type { CacheKind, PlaceKind } from '../schema/kinds.js';
import { MAX_STATE_BYTES } from '../schema/limits.js';
import { UsageError } from '../shared/errors.js';
import { INPUT_OF, isQuantized, type Scheme } from './scheme.js';

/**
 * Bytes of the key/value cache: per layer, key/value head and position the head's elements (padded to 16 bytes) for keys
 * and for values, and with INT8 one f32 scale each.
 */
export function cacheBytes(model: DecoderModel, scheme: Pick<Scheme, 'cache'>, context: number): number {
  return stepsOf(model, 'attention').reduce(
    (sum, { step: { attention } }) =>
      sum + 2 * attention.kvHeads * context * cachedHeadBytes(scheme.cache, attention.headDim),
    0,
  );
}

/** Bytes of one key or value of one head: its elements, padded to 16 bytes, and their scale. */
function cachedHeadBytes(cache: CacheKind, headDim: number): number {
  switch (cache) {
    case 'int8':
      return alignUp(headDim, 16) + 4;
    case 'float32':
      return alignUp(headDim, 4) * 4;
  }
}

const MOST_HEADS_TOGETHER = 4;

/** Largest widths over all steps, in elements. */
function widths(model: DecoderModel): { hidden: number; projected: number; attended: number; input: number } {
  const hidden = alignUp(model.hiddenSize, 16);
  let projected = 0;
  let attended = 0;
  let input = alignUp(hidden, INT4_BLOCK);
  for (const { step } of numberedSteps(model)) {
    switch (step.kind) {
      case 'norm':
        break;
      case 'attention': {
        const { heads, kvHeads, headDim } = step.attention;
        projected = Math.max(projected, (heads + 2 * kvHeads) * headDim);
        attended = Math.max(attended, heads * headDim);
        input = Math.max(input, alignUp(heads * headDim, INT4_BLOCK));
        break;
      }
      case 'mlp': {
        const { gate, width } = step.mlp;
        projected = Math.max(projected, gate === null ? width : 2 * width);
        input = Math.max(input, alignUp(width, INT4_BLOCK));
        break;
      }
    }
  }
  return { hidden, projected: alignUp(projected, 16), attended: alignUp(attended, 16), input };
}

/**
 * Vectors of the hidden size that a pass keeps for each token: the residual stream, the normalized input and what else
 * the blocks write; and a sum of its own when a step adds to one vector while another is still to be read.
 */
function keptVectors(model: DecoderModel): number {
  const places = new Set<PlaceKind>(['residual', 'normed']);
  for (const { step } of numberedSteps(model)) places.add(step.writes);
  return places.size + (needsSum(model) ? 1 : 0);
}

/** Whether the sum of a step that adds must not lie in the normalized vector, because a later step still reads that. */
function needsSum({ blocks }: DecoderModel): boolean {
  return blocks.some(({ steps }) =>
    steps.some((step, at) => {
      if (!step.adds) return false;
      const next = steps.slice(at + 1).find(({ reads, writes }) => reads === 'normed' || writes === 'normed');
      return next?.reads === 'normed';
    }),
  );
}

/** Bytes of a quantized vector of so many elements with its scales. */
function codeBytes({ activations }: Pick<Scheme, 'activations'>, elements: number): number {
  const input = activations === 'mixed' ? 'int16' : INPUT_OF[activations];
  const group = INPUT_GROUP[input];
  return (input === 'int16' ? 2 : 1) * elements + 4 * (group === 0 ? 1 : Math.ceil(elements / group));
}

/**
 * Bytes of working memory for passes of `maxBatch` tokens: residual stream, normalized input, projections, attention
 * output, quantized activations, attention scores, logits and the sampler's tables.
 * @param cores that share the work: each has scores of its own
 */
export function scratchBytes(
  model: DecoderModel,
  scheme: Pick<Scheme, 'weights' | 'activations' | 'cache'>,
  context: number,
  maxBatch: number,
  cores: number,
): number {
  const { hidden, projected, attended, input } = widths(model);
  const perToken =
    4 * (keptVectors(model) * hidden + projected + attended) +
    (isQuantized(scheme) ? codeBytes(scheme, input) : 0);
  // Query heads that share one walk over a float cache (s3lm_heads_together).
  const together = Math.max(
    1,
    ...stepsOf(model, 'attention').map(({ step: { attention } }) =>
      scheme.cache === 'float32' && attention.headDim % 4 === 0
        ? Math.min(attention.heads / attention.kvHeads, MOST_HEADS_TOGETHER)
        : 1,
    ),
  );
  const scores = cores * alignUp(context, 32) * (4 * together + 2);
  const sampler = alignUp(Math.ceil(model.vocabSize / 8), 64) + 256 * 8;
  const tables = 64 * 6 * Math.max(4 * model.blocks.length, numberedSteps(model).length);
  return perToken * maxBatch + scores + 4 * alignUp(model.vocabSize, 16) + 4 * context + sampler + tables;
}

/** Prompt tokens that share a pass at most; what the engine takes for fewer is less. */
const MOST_BATCH = 8;

/**
 * Refuses a context whose cache and working memory the engine could not count.
 * @throws UsageError with the longest context that it can
 */
export function refuseLargeState(
  model: DecoderModel,
  scheme: Pick<Scheme, 'weights' | 'activations' | 'cache'>,
  context: number,
  cores: number,
): void {
  const bytes = (tokens: number): number =>
    cacheBytes(model, scheme, tokens) + scratchBytes(model, scheme, tokens, MOST_BATCH, cores);
  if (bytes(context) <= MAX_STATE_BYTES) return;
  let [low, high] = [0, context];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (bytes(middle) <= MAX_STATE_BYTES) low = middle;
    else high = middle;
  }
  throw new UsageError(
    `${context} tokens take ${bytes(context)} bytes of working memory; the engine counts to ${MAX_STATE_BYTES}. Give a context of ${low} or fewer.`,
    { code: 'context' },
  );
}
