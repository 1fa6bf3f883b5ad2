/**
 * Every figure of speed that a plan states: what its memories allow and what the firmware is expected to reach, at three
 * lengths of the context. Whoever shows a speed takes it from here, so that no two places contradict each other.
 */
import { stepsOf, type DecoderModel } from '../model/decoder.js';
import type { CacheKind, MemoryKind } from '../schema/kinds.js';
import { readRates, type Board } from './boards.js';
import { cachedHeadBytes } from './memory.js';
import { piecesOf, type PlacedTensor } from './placement.js';
import { countWeights, predictTokensPerSecond, type WeightCounts } from './speed.js';

/** Tokens per second while the context holds `position` tokens. */
export interface SpeedAt {
  readonly position: number;
  /** What the bandwidth of the memories allows there: no firmware can be faster. */
  readonly bound: number;
  /**
   * What the firmware is expected to reach: the emulator's figures, not silicon's. Never above `bound`; 0 where nothing is
   * predicted.
   */
  readonly expected: number;
}

/** The speeds of a plan: with an empty context, with half of it filled, and with all of it. */
export interface SpeedFigures {
  readonly start: SpeedAt;
  readonly half: SpeedAt;
  readonly full: SpeedAt;
}

/** What the speeds of a plan follow from. */
export interface SpeedFacts {
  readonly board: Board;
  readonly tensors: readonly PlacedTensor[];
  readonly cache: CacheKind;
  readonly cacheInSram: boolean;
  readonly context: number;
  /** Whether the firmware's kernels for these weights were fitted. */
  readonly predicted: boolean;
}

/** @returns the speeds at 0, `context / 2` and `context` tokens */
export function speedFigures(model: DecoderModel, facts: SpeedFacts): SpeedFigures {
  const weights = { bytes: bytesOf(facts.tensors), counts: facts.predicted ? countWeights(facts) : null };
  const at = (position: number): SpeedAt => speedAt(model, facts, weights, position);
  return { start: at(0), half: at(facts.context / 2), full: at(facts.context) };
}

/** What the weights take of every token, wherever it stands. */
interface WeightWork {
  readonly bytes: Readonly<Record<MemoryKind, number>>;
  /** `null` where nothing is predicted. */
  readonly counts: WeightCounts | null;
}

function bytesOf(tensors: readonly PlacedTensor[]): Record<MemoryKind, number> {
  const bytes = { sram: 0, psram: 0, flash: 0 };
  for (const tensor of tensors)
    for (const { placement, bytesPerToken } of piecesOf(tensor)) bytes[placement] += bytesPerToken;
  return bytes;
}

function speedAt(model: DecoderModel, facts: SpeedFacts, weights: WeightWork, position: number): SpeedAt {
  const { board, tensors, cache, cacheInSram } = facts;
  const cacheRead = cacheReadBytes(model, cache, position);
  const bytes = { ...weights.bytes };
  bytes[cacheInSram ? 'sram' : 'psram'] += cacheRead;
  const bound = boundTokensPerSecond(board, bytes);
  if (weights.counts === null) return { position, bound, expected: 0 };
  const psramCacheBytes = cacheInSram ? 0 : cacheRead;
  const inputs = { board, tensors, cache, psramCacheBytes, position };
  const expected = predictTokensPerSecond(model, inputs, weights.counts);
  return { position, bound, expected: Math.min(bound, expected) };
}

/** Bytes of the cache that one token reads when the context holds `position` tokens: no more than a window lets it see. */
export function cacheReadBytes(model: DecoderModel, cache: CacheKind, position: number): number {
  return stepsOf(model, 'attention').reduce(
    (sum, { step: { attention } }) =>
      sum +
      attention.kvHeads *
        Math.min(position, attention.window ?? position) *
        cachedHeadBytes(cache, attention.headDim),
    0,
  );
}

/**
 * Tokens per second that reading these bytes for each allows. PSRAM and flash share one bus, so their times add; SRAM is
 * read in between. What the data cache holds of the slowest memory may still be there from the token before.
 * @param bytes that a token reads from each memory
 * @returns `Infinity` when nothing is read
 */
export function boundTokensPerSecond(
  board: Pick<Board, 'chip' | 'psramKind'>,
  bytes: Readonly<Record<MemoryKind, number>>,
): number {
  const rates = readRates(board);
  let kept = board.chip.dataCacheBytes;
  let seconds = bytes.sram / rates.sram;
  const slowestFirst =
    rates.flash <= rates.psram ? (['flash', 'psram'] as const) : (['psram', 'flash'] as const);
  for (const memory of slowestFirst) {
    const again = Math.min(kept, bytes[memory]);
    kept -= again;
    if (bytes[memory] > again) seconds += (bytes[memory] - again) / rates[memory];
  }
  return 1 / seconds;
}
