/**
 * The plan of a conversion: what the package holds, which memory each tensor lives in, whether it fits the board, what
 * would help when it does not, and how fast the memories let it run.
 */
import type { DecoderModel } from '../model/decoder.js';
import { ENCODING, type Encoding } from '../schema/encodings.js';
import type { CacheKind, InputKind, MemoryKind } from '../schema/kinds.js';
import { modelSramBytes, packageFlashBytes, type Board } from './boards.js';
import type { PlanAdvice } from './advice.js';
import { bestCache } from './cache.js';
import type { CutOffer } from './cut-offer.js';
import { chooseWeights, type WeightChoice } from './choice.js';
import { wantedContext, withBestContext, withContextAdvice } from './context.js';
import { usedWeights } from './encoding.js';
import { judgeFit, type Fit } from './fit.js';
import { isMultiplied, planTensors, storedBytes, type PlannedTensor } from './layout.js';
import { cacheBytes, descriptionBytes, refuseLargeState, scratchBytes } from './memory.js';
import { chooseInputs, usedActivations } from './inputs.js';
import { piecesOf, placeTensors, type PlacedTensor, type TensorPiece } from './placement.js';
import { boundTokensPerSecond, cacheReadBytes, speedFigures, type SpeedFigures } from './speed-figures.js';
import {
  defaultFusions,
  describeScheme,
  isPossible,
  isQuantized,
  refuseImpossible,
  type Fusions,
  type Scheme,
  type UniformScheme,
  type WantedScheme,
} from './scheme.js';

/** Memory names as people and JSON read them. */
export type MemoryName = MemoryKind;

export interface MemoryUse {
  readonly memory: MemoryName;
  /** Bytes there are for the model. */
  readonly capacity: number;
  readonly weights: number;
  /** Key/value cache at the full context. */
  readonly cache: number;
  readonly scratch: number;
  /** Bytes that one token reads from it, at half the context. */
  readonly bytesPerToken: number;
}

export interface Plan {
  readonly board: Board;
  readonly scheme: Scheme;
  /** What matrices have that were not chosen by themselves. */
  readonly base: UniformScheme;
  /** Why the weights are as they are; `null` where the scheme says it. */
  readonly choice: WeightChoice | null;
  readonly fusions: Fusions;
  /** Tokens that the cache and the rotary tables hold. */
  readonly context: number;
  /** Prompt tokens that share one pass over the weights. */
  readonly maxBatch: number;
  readonly tensors: readonly PlacedTensor[];
  readonly cachePlacement: 'sram' | 'psram';
  readonly memories: readonly MemoryUse[];
  /** Weights with scales and padding, bytes. */
  readonly weightBytes: number;
  readonly parameters: number;
  /** Stored bits per parameter, scales and padding counted. */
  readonly bitsPerWeight: number;
  readonly fit: Fit;
  /** What fewer tokens would make of it; `null` where that is little, or was not asked for. */
  readonly cut: CutOffer | null;
  readonly speed: SpeedFigures;
  /** `speed.half.bound`. */
  readonly boundTokensPerSecond: number;
  /** `speed.half.expected`. */
  readonly predictedTokensPerSecond: number;
}

export interface PlanOptions {
  readonly board: Board;
  readonly scheme: WantedScheme;
  /** Default: those that cost no quality with the scheme. */
  readonly fusions?: Fusions;
  /** Wanted context in tokens; chosen when absent. */
  readonly context?: number | undefined;
  /** Encodings of matrices that are not what the scheme says, by the tensor's name in the package. */
  readonly encodings?: ReadonlyMap<string, Encoding> | undefined;
  /** Bytes of tokenizer and template in the package; known only after reading them. */
  readonly otherBytes?: number;
}

/** Prompt tokens per pass, best first: many read the weights seldom, few leave SRAM to weights and cache. */
const BATCHES = [8, 7, 6, 5, 4, 3, 2, 1];

/**
 * Share of SRAM that the vectors of more than one token may take before fewer prompt tokens share a pass: what weights lose there
 * costs a token of an answer 1 or 2 %, and each token of a prompt saves up to seven eighths.
 */
const BATCH_SHARE = 0.2;

/**
 * Makes the plan for a model on a board.
 * @throws UsageError when the context is out of range for the model or the engine
 */
export function makePlan(model: DecoderModel, options: PlanOptions): Plan {
  const planFor = (context?: number): Plan =>
    planContext(model, context === undefined ? options : { ...options, context });
  const plan = planFor();
  const best = options.context === undefined ? withBestContext(plan, planFor) : plan;
  return withContextAdvice(best, planFor);
}

/** The plan with the context that the options say. */
function planContext(model: DecoderModel, options: PlanOptions): Plan {
  const { encodings, scheme } = options;
  if (encodings === undefined)
    return chooseWeights(scheme, (base, chosen) => planWeights(model, options, base, chosen));
  refuseImpossible(scheme);
  const { granularity } = scheme;
  const weights = scheme.weights === 'auto' ? 'int8' : scheme.weights;
  const base: UniformScheme = {
    weights,
    granularity:
      granularity !== 'auto' && isPossible(weights, scheme)
        ? granularity
        : weights === 'int4'
          ? 'group:32'
          : 'channel',
  };
  return planWeights(model, options, base, encodings);
}

/** The plan with these weights, and the cache that goes best with them. */
function planWeights(
  model: DecoderModel,
  options: PlanOptions,
  base: UniformScheme,
  encodings: ReadonlyMap<string, Encoding> = new Map(),
): Plan {
  const { cache } = options.scheme;
  const planned = (kind: CacheKind): Plan => planWith(model, options, base, encodings, kind);
  if (cache !== 'auto') return planned(cache);
  return isQuantized(base) ? bestCache(model, planned) : planned('float32');
}

function planWith(
  model: DecoderModel,
  options: PlanOptions,
  base: UniformScheme,
  encodings: ReadonlyMap<string, Encoding>,
  cacheKind: CacheKind,
): Plan {
  const { board } = options;
  const context = wantedContext(model, options.context);
  const { activations } = options.scheme;
  const possible = {
    ...base,
    activations: activations === 'auto' ? ('mixed' as const) : activations,
    cache: cacheKind,
  };
  const fusions = options.fusions ?? defaultFusions(possible);
  const planned = planTensors(model, possible, fusions, context, encodings);
  const used = { ...possible, ...usedWeights(possible, planned) };
  const cache = cacheBytes(model, possible, context);
  const sramCapacity = modelSramBytes(board.chip);
  const alone = scratchBytes(model, used, context, 1, board.chip.cores);
  const maxBatch =
    BATCHES.find((batch) => {
      const bytes = scratchBytes(model, used, context, batch, board.chip.cores);
      return (
        batch <= context &&
        bytes - alone <= BATCH_SHARE * sramCapacity &&
        bytes <= sramCapacity &&
        (cache <= board.psramBytes || bytes + cache <= sramCapacity)
      );
    }) ?? 1;
  const scratch = scratchBytes(model, used, context, maxBatch, board.chip.cores);
  refuseLargeState(model, used, context, board.chip.cores);
  const weightBytes = planned.reduce((sum, tensor) => sum + storedBytes(tensor), 0);
  const packageBytes = weightBytes + descriptionBytes(model, planned.length) + (options.otherBytes ?? 0);
  const flashCapacity = packageFlashBytes(board);
  const cacheRead = cacheReadBytes(model, cacheKind, context / 2);
  const room: Room = { board, cache, cacheRead, scratch, sramCapacity, packageBytes, flashCapacity };
  const { tensors: placed, cacheInSram, memories } = fasterLayout(planned, room);
  const tensors = possible.activations === 'mixed' ? chooseInputs(placed, board.chip) : placed;
  const scheme: Scheme = { ...used, activations: usedActivations(possible, tensors) };
  const speed = speedFigures(model, {
    board,
    tensors,
    cache: cacheKind,
    cacheInSram,
    context,
    predicted: isQuantized(scheme),
  });
  return {
    board,
    scheme,
    base,
    choice: null,
    fusions,
    context,
    maxBatch,
    tensors,
    cachePlacement: cacheInSram ? 'sram' : 'psram',
    memories,
    weightBytes,
    parameters: model.parameters,
    bitsPerWeight: (weightBytes * 8) / model.parameters,
    fit: judgeFit({
      model,
      board,
      scheme,
      context,
      cache,
      scratch,
      sramCapacity,
      cacheInSram,
      packageBytes,
      flashCapacity,
      planned,
    }),
    cut: null,
    speed,
    boundTokensPerSecond: speed.half.bound,
    predictedTokensPerSecond: speed.half.expected,
  };
}

/** What a layout has to share out. */
interface Room {
  readonly board: Board;
  readonly cache: number;
  /** Of it, what a token reads at half the context. */
  readonly cacheRead: number;
  readonly scratch: number;
  readonly sramCapacity: number;
  readonly packageBytes: number;
  readonly flashCapacity: number;
}

interface Layout {
  readonly tensors: readonly PlacedTensor[];
  readonly cacheInSram: boolean;
  readonly memories: readonly MemoryUse[];
}

/**
 * A byte of a matrix is read for every token, a byte of the cache for half of them on average; but the cache is only as
 * large as it is, and what is left of SRAM may hold no whole matrix. So both orders are laid out, and the one with the
 * higher bound is taken. The firmware puts the cache into SRAM when it fits beside the weights that are placed there.
 */
function fasterLayout(planned: readonly PlannedTensor[], room: Room): Layout {
  const { board, cache, scratch, sramCapacity } = room;
  const left = Math.max(0, sramCapacity - scratch);
  const cacheFirst = cache <= left;
  const first = layOut(planned, room, cacheFirst ? left - cache : left, cacheFirst);
  if (!cacheFirst || cache > board.psramBytes) return first;
  const weightsFirst = layOut(planned, room, left, false);
  const weights = weightsFirst.memories[0]?.weights ?? 0;
  // When the cache fits beside them after all, the firmware puts it there.
  if (weights + cache <= left) return first;
  return bound(weightsFirst.memories, board) > bound(first.memories, board) ? weightsFirst : first;
}

function layOut(
  planned: readonly PlannedTensor[],
  room: Room,
  sramForWeights: number,
  cacheInSram: boolean,
): Layout {
  const { board, cache, cacheRead, scratch, sramCapacity, packageBytes, flashCapacity } = room;
  const psramForWeights = Math.max(0, board.psramBytes - (cacheInSram ? 0 : cache));
  const tensors = placeTensors(planned, sramForWeights, psramForWeights);
  const pieces = tensors.flatMap(piecesOf);
  const sum = (memory: MemoryKind, bytes: (piece: TensorPiece) => number): number =>
    pieces.reduce((total, piece) => total + (piece.placement === memory ? bytes(piece) : 0), 0);
  const perToken = (memory: MemoryKind): number => sum(memory, ({ bytesPerToken }) => bytesPerToken);
  const stored = (memory: MemoryKind): number => sum(memory, (piece) => piece.stored);
  const memories: MemoryUse[] = [
    {
      memory: 'sram',
      capacity: sramCapacity,
      weights: stored('sram'),
      cache: cacheInSram ? cache : 0,
      scratch,
      bytesPerToken: perToken('sram') + (cacheInSram ? cacheRead : 0),
    },
    {
      memory: 'psram',
      capacity: board.psramBytes,
      weights: stored('psram'),
      cache: cacheInSram ? 0 : cache,
      scratch: 0,
      bytesPerToken: perToken('psram') + (cacheInSram ? 0 : cacheRead),
    },
    // The package lies in flash whole; what faster memories hold is copied there at boot.
    {
      memory: 'flash',
      capacity: flashCapacity,
      weights: packageBytes,
      cache: 0,
      scratch: 0,
      bytesPerToken: perToken('flash'),
    },
  ];
  return { tensors, cacheInSram, memories };
}

/** What the memories of a layout allow at half the context. */
function bound(memories: readonly MemoryUse[], board: Board): number {
  const bytes = { sram: 0, psram: 0, flash: 0 };
  for (const use of memories) bytes[use.memory] = use.bytesPerToken;
  return boundTokensPerSecond(board, bytes);
}

/** A plan as plain data: what `--json` prints and what crosses from the worker to the page. */
export interface PlanJson {
  /** Board id. */
  readonly board: string;
  readonly scheme: Scheme;
  /** The scheme as one line for people. */
  readonly schemeText: string;
  readonly fusions: Fusions;
  readonly context: number;
  readonly maxBatch: number;
  readonly parameters: number;
  readonly weightBytes: number;
  readonly bitsPerWeight: number;
  readonly cachePlacement: 'sram' | 'psram';
  readonly memories: readonly MemoryUse[];
  readonly fits: boolean;
  readonly problems: readonly string[];
  readonly remedies: readonly string[];
  /** Problems and remedies as facts. */
  readonly advice: PlanAdvice;
  /** What fewer tokens would make of it, `null` where that is little. */
  readonly cut: CutOffer | null;
  /** Tokens that the model has. */
  readonly vocabulary: number;
  /** Why the weights are as they are; `null` where the scheme says it. */
  readonly choice: WeightChoice | null;
  readonly speed: SpeedFigures;
  /** `speed.half.bound`. */
  readonly boundTokensPerSecond: number;
  /** `speed.half.expected`. */
  readonly predictedTokensPerSecond: number;
  readonly tensors: readonly PlannedTensorJson[];
}

/** One tensor of the package in a {@link PlanJson}, or its rows in one of the two memories that it lives in. */
export interface PlannedTensorJson {
  readonly name: string;
  readonly rows: number;
  readonly cols: number;
  readonly encoding: string;
  /** Columns per scale, 0 when not grouped. */
  readonly group: number;
  /** How the vectors are quantized that it is multiplied with, `null` where there are none. */
  readonly input: InputKind | null;
  readonly bytes: number;
  readonly bytesPerToken: number;
  readonly memory: MemoryName;
}

/** A plan as plain data: the tensors by name and the memories, without references into the model. */
export function planToJson(plan: Plan): PlanJson {
  return {
    board: plan.board.id,
    scheme: plan.scheme,
    schemeText: describeScheme(plan.scheme),
    fusions: plan.fusions,
    context: plan.context,
    maxBatch: plan.maxBatch,
    parameters: plan.parameters,
    weightBytes: plan.weightBytes,
    bitsPerWeight: plan.bitsPerWeight,
    cachePlacement: plan.cachePlacement,
    memories: plan.memories,
    fits: plan.fit.fits,
    problems: plan.fit.problems,
    remedies: plan.fit.remedies,
    advice: plan.fit.advice,
    vocabulary: plan.tensors.find(({ tensor }) => tensor.role === 'embedding')?.tensor.rows ?? 0,
    cut: plan.cut,
    choice: plan.choice,
    speed: plan.speed,
    boundTokensPerSecond: plan.boundTokensPerSecond,
    predictedTokensPerSecond: plan.predictedTokensPerSecond,
    tensors: plan.tensors.flatMap((placed) =>
      piecesOf(placed).map(({ placement, rows, stored, bytesPerToken }) => ({
        name: placed.tensor.name,
        rows,
        cols: placed.tensor.cols,
        encoding: ENCODING[placed.tensor.encoding.kind].label,
        group: placed.tensor.encoding.group,
        input: isMultiplied(placed.tensor) ? placed.tensor.input : null,
        bytes: stored,
        bytesPerToken,
        memory: placement,
      })),
    ),
  };
}
