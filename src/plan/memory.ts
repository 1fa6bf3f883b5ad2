/** Memory that the engine needs beside the weights. The same sums as `s3lm_state_bytes` in the engine, checked by a test. */
import { numberedSteps, stepsOf, type AttentionStep, type DecoderModel } from '../model/decoder.js';
import { INPUT_GROUP, INT4_BLOCK, INT4_GROUPS, alignUp } from '../schema/encodings.js';
import type { CacheKind, PlaceKind } from '../schema/kinds.js';
import { MAX_STATE_BYTES } from '../schema/limits.js';
import {
  CONFIG,
  HEADER,
  SAMPLING,
  SECTION_ALIGNMENT,
  SECTION_ENTRY,
  STEP_BYTES,
  TENSOR,
} from '../schema/package.js';
import { UsageError } from '../shared/errors.js';
import { INPUT_OF, groupSize, isQuantized, type Scheme } from './scheme.js';

/** Bytes of the key/value cache: per layer, key/value head and position a key and a value. */
export function cacheBytes(model: DecoderModel, scheme: Pick<Scheme, 'cache'>, context: number): number {
  return stepsOf(model, 'attention').reduce(
    (sum, { step: { attention } }) =>
      sum + attention.kvHeads * context * cachedHeadBytes(scheme.cache, attention.headDim),
    0,
  );
}

/** Bytes of an element of a key and of a value, elements of whole vectors, and of the scale that codes share. */
const CACHED: Readonly<
  Record<
    CacheKind,
    { readonly key: number; readonly value: number; readonly step: number; readonly scale: number }
  >
> = {
  int8: { key: 1, value: 1, step: 16, scale: 4 },
  float32: { key: 4, value: 4, step: 4, scale: 0 },
  int16: { key: 2, value: 2, step: 8, scale: 4 },
  k16v8: { key: 2, value: 1, step: 16, scale: 4 },
};

/** Elements of a key or value of one head, filled up to whole vectors. */
export function paddedHead(cache: CacheKind, headDim: number): number {
  const { step } = CACHED[cache];
  return Math.ceil(headDim / step) * step;
}

/** Bytes of one key and one value of one head with their scales. */
export function cachedHeadBytes(cache: CacheKind, headDim: number): number {
  const { key, value, step, scale } = CACHED[cache];
  return alignUp(headDim, step) * (key + value) + 2 * scale;
}

const MOST_HEADS_TOGETHER = 4;
const MOST_QUERY_CODES = 512;

/** Query heads that share one walk over a cache (s3lm_heads_together). */
function headsTogether(cache: CacheKind, { heads, kvHeads, headDim }: AttentionStep['attention']): number {
  const most =
    cache === 'float32'
      ? headDim % 4 === 0
        ? MOST_HEADS_TOGETHER
        : 1
      : Math.floor(MOST_QUERY_CODES / alignUp(headDim, CACHED[cache].step));
  return Math.min(heads / kvHeads, most, MOST_HEADS_TOGETHER);
}

/** Largest widths over all steps, in elements. */
function widths(model: DecoderModel): { hidden: number; projected: number; attended: number; input: number } {
  const hidden = alignUp(model.hiddenSize, 16);
  // Embeddings that are projected lie where projections do.
  let projected = model.projections?.width ?? 0;
  let attended = 0;
  let input = alignUp(Math.max(hidden, projected), INT4_BLOCK);
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
      case 'conv':
        projected = Math.max(projected, 3 * model.hiddenSize);
        break;
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

/** Bytes of the tokens that convolutions look back at. */
function pastBytes(model: DecoderModel): number {
  return stepsOf(model, 'conv').reduce(
    (sum, { step: { conv } }) => sum + (conv.taps.length - 1) * 4 * alignUp(model.hiddenSize, 16),
    0,
  );
}

/** Bytes of a quantized vector of so many elements with its scales, and the sums of its groups that INT4 weights ask for. */
function codeBytes(scheme: StateScheme, elements: number): number {
  const { activations } = scheme;
  const sums = sumGroup(scheme);
  const input = activations === 'mixed' ? 'int16' : INPUT_OF[activations];
  const group = INPUT_GROUP[input];
  return (
    (input === 'int16' ? 2 : 1) * elements +
    4 * (group === 0 ? 1 : Math.ceil(elements / group)) +
    (sums === 0 ? 0 : 4 * alignUp(Math.ceil(elements / sums), 16))
  );
}

/** Columns of the shortest sums that INT4 weights of a scheme may ask for, 0 where it has none: a group, a block at most. */
function sumGroup({ weights, granularity }: StateScheme): number {
  if (weights === 'mixed') return INT4_GROUPS[0];
  return weights === 'int4' ? Math.min(groupSize(granularity) || INT4_GROUPS[0], INT4_BLOCK) : 0;
}

/** What of a scheme memory depends on. */
type StateScheme = Pick<Scheme, 'weights' | 'granularity' | 'activations' | 'cache'>;

/**
 * Bytes of working memory for passes of `maxBatch` tokens: residual stream, normalized input, projections, attention
 * output, quantized activations, attention scores, logits and the sampler's tables.
 * @param cores that share the work: each has scores of its own
 */
export function scratchBytes(
  model: DecoderModel,
  scheme: StateScheme,
  context: number,
  maxBatch: number,
  cores: number,
): number {
  const { hidden, projected, attended, input } = widths(model);
  const perToken =
    4 * (keptVectors(model) * hidden + projected + attended) +
    (isQuantized(scheme) ? codeBytes(scheme, input) : 0);
  const together = Math.max(
    1,
    ...stepsOf(model, 'attention').map(({ step }) => headsTogether(scheme.cache, step.attention)),
  );
  const scores = cores * alignUp(context, 32) * 4 * together;
  const sampler = alignUp(Math.ceil(model.vocabSize / 8), 64) + 256 * 8;
  const tables = 64 * 6 * Math.max(4 * model.blocks.length, numberedSteps(model).length);
  return (
    perToken * maxBatch +
    pastBytes(model) +
    scores +
    4 * alignUp(model.vocabSize, 16) +
    4 * context +
    RECENT_BYTES +
    sampler +
    tables
  );
}

/** Tokens that guesses are taken from, and room for guesses behind them (S3LM_RECENT_TOKENS, S3LM_MOST_DRAFTS). */
const RECENT_BYTES = alignUp(4 * (512 + 7), 64);

/** Prompt tokens that share a pass at most; what the engine takes for fewer is less. */
const MOST_BATCH = 8;

/**
 * Refuses a context whose cache and working memory the engine could not count.
 * @throws UsageError with the longest context that it can
 */
export function refuseLargeState(
  model: DecoderModel,
  scheme: StateScheme,
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

/** All kinds of sections. */
const SECTIONS = 8;

/** META: name, family, licence and tool, of usual lengths. */
const METADATA_BYTES = 384;

/**
 * Bytes of a package around its weights, tokenizer and template: header, sections' table, the records of steps and tensors,
 * sampling and strings. Those strings are known where the model was opened, which has the exact length (`packageLength`):
 * this is off by some hundred bytes at most.
 */
export function descriptionBytes(model: DecoderModel, tensors: number): number {
  const steps = numberedSteps(model).length;
  return (
    HEADER.bytes +
    SECTIONS * SECTION_ENTRY.bytes +
    CONFIG.bytes +
    steps * STEP_BYTES +
    tensors * TENSOR.bytes +
    alignUp(SAMPLING.bytes, SECTION_ALIGNMENT) +
    METADATA_BYTES
  );
}
