/**
 * What a model can be on a board, from the smallest to the finest: plans of which none is smaller, faster and closer to the
 * original than another.
 */
import { readRates } from './boards.js';
import { allocate, frontierOf, type AllocationOption } from './allocate.js';
import { isEncoded } from './choice.js';
import { possibleEncodings } from './encoding.js';
import type { Losses } from './loss.js';
import type { PlacedTensor } from './placement.js';
import type { Plan } from './plan.js';
import { finerCycles } from './speed.js';
import { encodingSpec, storedBytes, type Encoding } from '../schema/encodings.js';

/** Encodings of matrices, by the names of their tensors. */
export type Encodings = ReadonlyMap<string, Encoding>;

/** One plan of many. */
export interface FrontierPlan {
  readonly plan: Plan;
  readonly encodings: Encodings;
  /** Mean divergence in nats that the weights are expected to cost. */
  readonly loss: number;
}

/** Plans that are made for each of two ways to count what an option costs. */
const MOST_PLANS = 40;

interface Option extends AllocationOption {
  readonly encoding: Encoding;
}

/**
 * Plans along both hulls, of loss over bytes and of loss over time; those that another is better than are left out.
 * @param base a plan for the board, whose inputs, cache and placement count
 * @returns by size, the smallest first
 */
export function planFrontier(
  base: Plan,
  losses: Losses,
  tryPlan: (encodings: Encodings) => Plan,
): FrontierPlan[] {
  const matrices = base.tensors.filter(({ tensor }) => isEncoded(tensor));
  // Whoever sees others wants to see this one, too.
  const own = finished(base, new Map(matrices.map(({ tensor }) => [tensor.name, tensor.encoding])), losses);
  const found = [own];
  for (const cost of [bytesOf, secondsIn(base)]) {
    const items = matrices.map((matrix) => optionsOf(matrix, losses, cost));
    for (const choice of spread(frontierOf(items), MOST_PLANS))
      found.push(made(matrices, items, choice, tryPlan));
  }
  return undominated(found, own);
}

/**
 * The finest plan whose weights take at most so many bytes.
 * @returns `null` when not even the smallest do
 */
export function planForBytes(
  base: Plan,
  bytes: number,
  losses: Losses,
  tryPlan: (encodings: Encodings) => Plan,
): FrontierPlan | null {
  const matrices = base.tensors.filter(({ tensor }) => isEncoded(tensor));
  const items = matrices.map((matrix) => optionsOf(matrix, losses, bytesOf));
  const others =
    base.weightBytes - matrices.reduce((sum, { tensor }) => sum + bytesOf(tensor.encoding, { tensor }), 0);
  const choice = allocate(items, bytes - others);
  return choice === null ? null : made(matrices, items, choice, tryPlan);
}

/** The finest of plans that reach so many tokens per second, as far as that is predicted; `null` when none does. */
export function planForSpeed(plans: readonly FrontierPlan[], rate: number): FrontierPlan | null {
  return plans
    .filter(({ plan }) => plan.fit.fits && plan.predictedTokensPerSecond >= rate)
    .reduce<FrontierPlan | null>(
      (best, next) => (best === null || next.loss < best.loss ? next : best),
      null,
    );
}

/** So many of a list, the first and the last among them, evenly. */
export function spread<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list];
  return Array.from(
    { length: most },
    (_, index) => list[Math.round((index * (list.length - 1)) / (most - 1))] as T,
  );
}

type Cost = (encoding: Encoding, matrix: Pick<PlacedTensor, 'tensor'> & Partial<PlacedTensor>) => number;

const bytesOf: Cost = (encoding, { tensor }) => storedBytes(encoding, tensor);

/** Seconds of a token, where the matrix lies in the base: what it takes to read, and what finer codes take where they take time. */
function secondsIn({ board }: Plan): Cost {
  const rates = readRates(board);
  const { cycles, hertz, vectorBytes } = board.chip;
  return (encoding, { tensor, placement: first = 'flash', rest }) => {
    const placement = rest?.placement ?? first;
    const reading = tensor.site === null ? 0 : storedBytes(encoding, tensor) / rates[placement];
    if (cycles === null || (placement !== 'sram' && vectorBytes > 0)) return reading;
    return reading + finerCycles(cycles, { ...tensor, encoding }) / hertz;
  };
}

function optionsOf(matrix: PlacedTensor, losses: Losses, cost: Cost): Option[] {
  const { tensor } = matrix;
  const encodings = possibleEncodings(tensor);
  return (encodings.length === 0 ? [tensor.encoding] : encodings).map((encoding) => ({
    encoding,
    cost: cost(encoding, matrix),
    loss: losses(tensor, encoding),
  }));
}

function made(
  matrices: readonly PlacedTensor[],
  items: readonly (readonly Option[])[],
  choice: readonly number[],
  tryPlan: (encodings: Encodings) => Plan,
): FrontierPlan {
  let loss = 0;
  const encodings = new Map<string, Encoding>();
  for (const [index, { tensor }] of matrices.entries()) {
    const option = items[index]?.[choice[index] ?? 0] as Option;
    encodings.set(tensor.name, option.encoding);
    loss += option.loss;
  }
  return { plan: tryPlan(encodings), encodings, loss };
}

function finished(plan: Plan, encodings: Encodings, losses: Losses): FrontierPlan {
  const loss = plan.tensors.reduce((sum, { tensor }) => {
    const encoding = encodings.get(tensor.name);
    return encoding === undefined || encodingSpec(encoding).holds === 'numbers'
      ? sum
      : sum + losses(tensor, encoding);
  }, 0);
  return { plan, encodings, loss };
}

/** Those that none is as small, as fast and as close as, and better in one of them; and one that is kept anyway. */
function undominated(plans: readonly FrontierPlan[], kept: FrontierPlan): FrontierPlan[] {
  const better = (a: FrontierPlan, b: FrontierPlan): boolean => {
    const differences = [
      b.plan.weightBytes - a.plan.weightBytes,
      a.plan.predictedTokensPerSecond - b.plan.predictedTokensPerSecond,
      b.loss - a.loss,
    ];
    return (
      differences.every((difference) => difference >= 0) && differences.some((difference) => difference > 0)
    );
  };
  const same = (a: FrontierPlan, b: FrontierPlan): boolean =>
    a.plan.weightBytes === b.plan.weightBytes && a.loss === b.loss;
  return plans
    .filter(
      (plan, index) =>
        plan === kept ||
        !plans.some((other) => better(other, plan) || (same(other, plan) && plans.indexOf(other) < index)),
    )
    .sort((a, b) => a.plan.weightBytes - b.plan.weightBytes || b.loss - a.loss);
}
