/**
 * How fast the firmware decodes: the time of the memory bus and what the cores do besides.
 *
 * The constants are the chip's. They are fitted to the emulator's modelled cycles rather than measured on silicon; a test
 * holds them to the emulator.
 */
import { stepsOf, type DecoderModel } from '../model/decoder.js';
import type { Chip, CycleModel } from '../chips/chip.js';
import { INPUT_GROUP, encodingSpec } from '../schema/encodings.js';
import type { CacheKind } from '../schema/kinds.js';
import { readRates, type Board } from './boards.js';
import type { PlannedTensor } from './layout.js';
import { paddedHead } from './memory.js';
import { piecesOf, takesTime, type PlacedTensor } from './placement.js';

/** What a prediction needs of a plan. */
export interface SpeedInputs {
  readonly board: Pick<Board, 'chip' | 'psramKind'>;
  readonly tensors: readonly PlacedTensor[];
  readonly cache: CacheKind;
  /** Bytes of the cache that a token reads from PSRAM, 0 when it lies in SRAM. */
  readonly psramCacheBytes: number;
  /** Tokens in the context. */
  readonly position: number;
}

/** How often each constant of a {@link CycleModel} counts. */
export type CycleCounts = Readonly<Record<keyof CycleModel, number>>;

/** Tokens per second while decoding greedily, as predicted from the chip's constants; 0 for a chip that has none. */
export function predictTokensPerSecond(
  model: DecoderModel,
  inputs: SpeedInputs,
  weights = countWeights(inputs),
): number {
  const { cycles, hertz } = inputs.board.chip;
  return cycles === null ? 0 : hertz / cyclesOf(countCycles(model, inputs, weights), cycles);
}

/** Cycles of these counts, of all cores working together. */
export function cyclesOf(counts: Partial<CycleCounts>, cycles: CycleModel): number {
  let sum = 0;
  for (const [name, count] of Object.entries(counts) as [keyof CycleModel, number][]) {
    sum += cycles[name] * count;
  }
  return sum;
}

/** What reading and multiplying the weights takes of a token, however many tokens are in the context. */
export interface WeightCounts {
  readonly counts: CycleCounts;
  /** Seconds in which a core waits for other memories than SRAM, without a data cache. */
  readonly waiting: number;
  /** Bytes from other memories than SRAM. */
  readonly external: number;
}

/** What the weights of a plan take of every token. */
export function countWeights({ board, tensors }: Pick<SpeedInputs, 'board' | 'tensors'>): WeightCounts {
  const { psram, flash } = readRates(board);
  let waiting = 0;
  let external = 0;
  const counts: Record<keyof CycleModel, number> = { ...NOTHING };
  for (const placed of tensors) {
    const { tensor } = placed;
    const pieces = piecesOf(placed);
    for (const { placement, bytesPerToken } of pieces) {
      if (placement === 'psram') waiting += bytesPerToken / psram;
      if (placement === 'flash') waiting += bytesPerToken / flash;
      if (placement !== 'sram') external += bytesPerToken;
    }
    // Tables that are read by row take part in no product.
    const isProduct = tensor.bytesPerToken >= tensor.dataBytes && tensor.rows > 1;
    if (isProduct && encodingSpec(tensor.encoding).holds === 'codes') {
      counts.perProduct += tensor.rows * tensor.cols;
      counts.perRow += tensor.rows;
      // What finer inputs and scales take besides passes while other memories are waited for, if vectors do it.
      for (const { placement, rows } of pieces)
        if (placement === 'sram' || board.chip.vectorBytes === 0)
          add(counts, finerCounts({ ...tensor, rows }));
    }
  }
  return { counts, waiting, external };
}

/** What one token does: how often each of the chip's constants counts. The prediction is linear in them, as is the fit. */
export function countCycles(
  model: DecoderModel,
  inputs: SpeedInputs,
  weights = countWeights(inputs),
): CycleCounts {
  const { board, cache, psramCacheBytes, position } = inputs;
  const { cores, hertz, dataCacheBytes } = board.chip;
  const { psram } = readRates(board);
  const counts: Record<keyof CycleModel, number> = { ...weights.counts };
  // Heads are shared out to the cores: where they do not go even, some cores have one more.
  for (const { step } of stepsOf(model, 'attention')) {
    const { heads, headDim, window } = step.attention;
    const scores = cores * Math.ceil(heads / cores) * Math.min(position, window ?? position);
    counts.perScore += scores;
    counts[PER_ELEMENT[cache]] += scores * paddedHead(cache, headDim);
  }
  counts.perLayer = model.blocks.length;
  counts.perToken = 1;
  const missed = missedShare(psramCacheBytes + weights.external, dataCacheBytes) * hertz;
  counts.waitingShare = weights.waiting * missed;
  counts.cacheWaitingShare = psramCacheBytes === 0 ? 0 : (psramCacheBytes / psram) * missed;
  return counts;
}

const NOTHING: CycleCounts = {
  perProduct: 0,
  perRow: 0,
  perWideProduct: 0,
  perGroupSum: 0,
  perScaledGroup: 0,
  perWeightGroup: 0,
  perShortGroup: 0,
  perInt4Row: 0,
  perInt4Padding: 0,
  perInt4Group: 0,
  perLayer: 0,
  perScore: 0,
  perInt8Element: 0,
  perInt16Element: 0,
  perK16v8Element: 0,
  perFloat32Element: 0,
  perToken: 0,
  waitingShare: 0,
  cacheWaitingShare: 0,
};

/** What an element of a cached key and value takes. */
const PER_ELEMENT = {
  int8: 'perInt8Element',
  int16: 'perInt16Element',
  k16v8: 'perK16v8Element',
  float32: 'perFloat32Element',
} as const satisfies Record<CacheKind, keyof CycleModel>;

function add(counts: Record<keyof CycleModel, number>, more: Partial<CycleCounts>): void {
  for (const [name, count] of Object.entries(more) as [keyof CycleModel, number][]) counts[name] += count;
}

/** Shares of the cache up to which all that a token reads stays in it, and from which nothing does. */
const ALL_STAYS = 0.72;
const NONE_STAYS = 0.89;

/**
 * How much of what a token reads from external memory is not in the data cache any more. The cache replaces the oldest line
 * of a set: while no set is wanted more lines of than it has, all stay; once every set is, none does. What lies in several
 * places shares sets unevenly, so that this is so before all of the cache is wanted. Both borders are fitted to the emulator.
 */
function missedShare(external: number, cachedBytes: number): number {
  const wanted = external / Math.max(cachedBytes, 1);
  return Math.min(1, Math.max(0, (wanted - ALL_STAYS) / (NONE_STAYS - ALL_STAYS)));
}

/** Columns of INT4 that are multiplied at a time: rows that end between cost more. */
const INT4_COLUMNS = 64;

/**
 * Microseconds a token that an input of 16 bits takes longer than INT8, as predicted: 0 where the matrix is waited for
 * anyway, `null` for a chip that nothing is predicted for.
 */
export function wideInputMicros(
  chip: Pick<Chip, 'cycles' | 'hertz' | 'vectorBytes'>,
  placed: PlacedTensor,
): number | null {
  const { cycles, hertz } = chip;
  const { tensor } = placed;
  if (cycles === null) return null;
  if (!takesTime(chip, placed)) return 0;
  const taken = (input: 'int8' | 'int16'): number => finerCycles(cycles, { ...tensor, input });
  return ((taken('int16') - taken('int8')) * 1e6) / hertz;
}

/** Cycles of a matrix that they take time of, beyond those with one scale a row and INT8 inputs with one scale a vector. */
export function finerCycles(cycles: CycleModel, tensor: FinerInputs): number {
  return cyclesOf(finerCounts(tensor), cycles);
}

type FinerInputs = Pick<PlannedTensor, 'encoding' | 'input' | 'rows' | 'cols'>;

function finerCounts({ encoding, input, rows, cols }: FinerInputs): Partial<CycleCounts> {
  const products = rows * cols;
  const shared = INPUT_GROUP[input];
  const sums = encoding.group === 0 ? 0 : rows * Math.ceil(cols / encoding.group);
  if (shared > 0) return { perGroupSum: products / shared, perScaledGroup: sums };
  const isWide = input === 'int16';
  if (encoding.kind === 'int4Group') {
    const planes = isWide ? 2 : 1;
    return {
      perWideProduct: isWide ? products : 0,
      perInt4Row: planes * rows,
      perInt4Padding: planes * rows * (-cols & (INT4_COLUMNS - 1)),
      perInt4Group: planes * sums,
    };
  }
  if (encoding.group === 0) return { perWideProduct: isWide ? products : 0 };
  // Sums go 32 columns at a time, with both bytes of an input of 16 bits together or with one of INT8.
  const isShort = isWide && encoding.group === WEIGHED_COLUMNS && cols <= SHORT_ROW;
  return { [isShort ? 'perShortGroup' : 'perWeightGroup']: rows * Math.ceil(cols / WEIGHED_COLUMNS) };
}

/** Columns of INT8 in groups that are weighed at a time. */
const WEIGHED_COLUMNS = 32;

/** Columns of the longest row in groups whose sums stay in registers. */
const SHORT_ROW = 512;
