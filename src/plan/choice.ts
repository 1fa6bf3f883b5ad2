/** Which encoding matrices get where the scheme leaves it open, and why (docs/decisions/0033). */
import type { Chip } from '../chips/chip.js';
import { encodingSpec, storedBytes, type Encoding } from '../schema/encodings.js';
import { allocate } from './allocate.js';
import { planOrNull } from './cache.js';
import { possibleEncodings, weightEncoding } from './encoding.js';
import { usualLosses } from './loss.js';
import { takesTime, type PlacedTensor } from './placement.js';
import type { Plan } from './plan.js';
import {
  isPossible,
  refuseImpossible,
  type Granularity,
  type UniformScheme,
  type WantedScheme,
  type WeightKind,
} from './scheme.js';

/** Share of the predicted speed that finer scales must leave. */
const SPEED_SHARE = 0.9;

/**
 * Granularities of the kinds of weights that are chosen among, the best kind first: the fastest, and finer ones, best first.
 * Each sum over a group takes time in SRAM; elsewhere vector units do it while the memory is waited for.
 */
const STEPS: readonly {
  readonly weights: WeightKind;
  readonly coarse: Granularity;
  readonly finer: readonly Granularity[];
}[] = [
  { weights: 'int8', coarse: 'channel', finer: ['group:32', 'group:64'] },
  { weights: 'int4', coarse: 'group:32', finer: ['group:16'] },
];

/** Why the weights are what they are, as facts that every language can say. */
export type WeightChoice =
  /** The finest scales that there are. */
  | { readonly code: 'finest' }
  /** Finer ones would be slower: so many tokens per second. */
  | { readonly code: 'faster'; readonly finer: number }
  /** Finer ones do not fit. */
  | { readonly code: 'room' }
  /** INT4, beside which embedding and head keep 8 bits. */
  | { readonly code: 'names8' }
  /** INT4 throughout: with 8 bits for embedding and head it would be so many tokens per second. */
  | { readonly code: 'names4'; readonly others: number }
  /** INT4 throughout, as 8 bits for them do not fit. */
  | { readonly code: 'names4-room' }
  /** INT8 would need so many bytes of flash, and there are fewer. INT4 would be so many tokens per second. */
  | { readonly code: 'fits'; readonly needed: number; readonly available: number; readonly int4: number }
  /** Nothing fits; the smallest weights would need so many bytes of flash. */
  | { readonly code: 'none'; readonly needed: number; readonly available: number };

/** Plans with uniform weights, or with some matrices encoded otherwise. */
export type TryPlan = (scheme: UniformScheme, encodings?: ReadonlyMap<string, Encoding>) => Plan;

/**
 * The best quality that fits the board: INT8 where it does, else as much of it as there is room for; in the finest groups
 * that cost little speed.
 */
export function chooseWeights(wanted: WantedScheme, tryPlan: TryPlan): Plan {
  const { weights, granularity } = wanted;
  refuseImpossible(wanted);
  if (weights !== 'auto' && granularity !== 'auto') return tryPlan({ weights, granularity });
  const steps = STEPS.filter(
    (step) => (weights === 'auto' || step.weights === weights) && isPossible(step.weights, wanted),
  );
  // What only checks the rest has nothing to choose.
  if (steps.length === 0) return tryPlan({ weights: weights as WeightKind, granularity: 'channel' });
  const plans: Plan[] = [];
  for (const { weights: kind, coarse, finer } of steps) {
    const make = (): Plan =>
      granularity === 'auto'
        ? finest(tryPlan({ weights: kind, granularity: coarse }), kind, finer, tryPlan)
        : tryPlan({ weights: kind, granularity });
    // What the first asks too much for is said; another is then no choice.
    const plan = plans.length === 0 ? make() : planOrNull(make);
    if (plan === null) continue;
    plans.push(plan);
    if (plan.fit.fits) break;
  }
  const [first] = plans as [Plan];
  const fitting = plans.find(({ fit }) => fit.fits);
  if (fitting === first || (fitting !== undefined && weights !== 'auto')) return fitting;
  const flash = first.memories.at(-1);
  const needs = (plan: Plan): { needed: number; available: number } => ({
    needed: plan.memories.at(-1)?.weights ?? 0,
    available: flash?.capacity ?? 0,
  });
  if (fitting === undefined) return { ...first, choice: { code: 'none', ...needs(plans.at(-1) as Plan) } };
  const choice: WeightChoice = { code: 'fits', ...needs(first), int4: fitting.predictedTokensPerSecond };
  return { ...(granularity === 'auto' ? filled(fitting, tryPlan) : fitting), choice };
}

/**
 * A plan with the finest groups that leave its speed: outside SRAM all matrices, in SRAM those that gain most. The plan
 * itself where it does not fit with them. Beside INT4, what names tokens goes first: it keeps 8 bits where that leaves the speed.
 */
function finest(coarse: Plan, weights: WeightKind, finer: readonly Granularity[], tryPlan: TryPlan): Plan {
  // What sums take on a chip that nothing is predicted for is not known, so nothing of them is said.
  if (coarse.board.chip.cycles === null) return coarse;
  const least = SPEED_SHARE * coarse.predictedTokensPerSecond;
  const fits = (plan: Plan): boolean => plan.fit.fits === coarse.fit.fits;
  const isGood = (plan: Plan): boolean => plan.predictedTokensPerSecond >= least && fits(plan);
  const names = weights === 'int4' ? namesIn8(coarse) : [];
  const named = names.length === 0 ? coarse : tryPlan(coarse.base, new Map(names));
  const kept = isGood(named) ? names : [];
  const start = isGood(named) ? named : coarse;
  const chosen = (plan: Plan, finestRate: number): Plan => ({
    ...plan,
    choice:
      names.length === 0
        ? reason(plan, finestRate)
        : kept.length > 0
          ? { code: 'names8' }
          : fits(named)
            ? { code: 'names4', others: named.predictedTokensPerSecond }
            : { code: 'names4-room' },
  });
  let finestRate = 0;
  for (const granularity of finer) {
    const { outside, inside, others } = refinements(start, { weights, granularity }, new Map(kept));
    const encodings = new Map([...kept, ...outside]);
    let plan = tryPlan(coarse.base, encodings);
    const all = tryPlan(coarse.base, new Map([...kept, ...outside, ...inside, ...others]));
    finestRate ||= fits(all) ? all.predictedTokensPerSecond : Infinity;
    if (!isGood(plan)) continue;
    for (const [name, encoding] of inside) {
      const next = tryPlan(coarse.base, new Map([...encodings, [name, encoding]]));
      if (!isGood(next)) continue;
      encodings.set(name, encoding);
      plan = next;
    }
    return chosen(plan, finestRate);
  }
  return chosen(start, finestRate);
}

/** What names tokens, in INT8: four bits cost most there. */
function namesIn8({ tensors, scheme }: Plan): Named[] {
  return tensors
    .filter(({ tensor }) => isEncoded(tensor) && (tensor.role === 'embedding' || tensor.role === 'head'))
    .map(({ tensor }) => [
      tensor.name,
      weightEncoding({ weights: 'int8', granularity: 'group:32', activations: scheme.activations }, tensor),
    ]);
}

/** @param finestRate tokens per second with the finest scales, `Infinity` when they do not fit */
function reason(plan: Plan, finestRate: number): WeightChoice {
  if (finestRate === Infinity) return { code: 'room' };
  return finestRate < plan.predictedTokensPerSecond
    ? { code: 'faster', finer: finestRate }
    : { code: 'finest' };
}

type Named = readonly [name: string, encoding: Encoding];

/**
 * Matrices in finer groups, but those that are kept as they are: those whose sums take no time; those whose sums do that save more
 * for it than the average does, best first; and the others of them.
 */
function refinements(
  { tensors, scheme, board }: Plan,
  finer: UniformScheme,
  kept: ReadonlyMap<string, Encoding>,
): Readonly<Record<'outside' | 'inside' | 'others', readonly Named[]>> {
  const losses = usualLosses(tensors.map(({ tensor }) => tensor));
  const found = tensors
    .filter(({ tensor }) => isEncoded(tensor) && !kept.has(tensor.name))
    .map((placed) => {
      const { tensor } = placed;
      const encoding = weightEncoding({ ...finer, activations: scheme.activations }, tensor);
      const saved = losses(tensor, tensor.encoding) - losses(tensor, encoding);
      const count = tensor.rows * tensor.cols;
      return {
        entry: [tensor.name, encoding] as const,
        inside: takesTime(board.chip, placed),
        saved,
        count,
        worth: saved / count,
      };
    });
  const average =
    found.reduce((sum, { saved }) => sum + saved, 0) / found.reduce((sum, { count }) => sum + count, 0);
  const inSram = found.filter(({ inside }) => inside).sort((a, b) => b.worth - a.worth);
  const named = (some: typeof found): Named[] => some.map(({ entry }) => entry);
  return {
    outside: named(found.filter(({ inside }) => !inside)),
    inside: named(inSram.filter(({ worth }) => worth > average)),
    others: named(inSram.filter(({ worth }) => worth <= average)),
  };
}

/** A plan that fits, with its matrices made finer as far as the flash has room. */
function filled(plan: Plan, tryPlan: TryPlan): Plan {
  const flash = plan.memories.at(-1);
  const left = (flash?.capacity ?? 0) - (flash?.weights ?? 0);
  const matrices = plan.tensors.filter(({ tensor }) => isEncoded(tensor));
  const losses = usualLosses(plan.tensors.map(({ tensor }) => tensor));
  const options = matrices.map((placed) => {
    const { tensor } = placed;
    return optionsOf(placed, plan.board.chip).map((encoding) => ({
      encoding,
      cost: storedBytes(encoding, tensor),
      loss: losses(tensor, encoding),
    }));
  });
  const stored = matrices.reduce((sum, { tensor }) => sum + storedBytes(tensor.encoding, tensor), 0);
  const choice = allocate(options, stored + left);
  if (choice === null) return plan;
  const encodings = matrices.map(({ tensor }, item): [string, Encoding] => [
    tensor.name,
    options[item]?.[choice[item] ?? 0]?.encoding ?? tensor.encoding,
  ]);
  const mixed = tryPlan(plan.base, new Map(encodings));
  return mixed.fit.fits ? mixed : plan;
}

/** What a matrix may become where it lies: no finer groups than it has where they take time. */
function optionsOf(placed: PlacedTensor, chip: Chip): Encoding[] {
  const { tensor } = placed;
  const { group } = tensor.encoding;
  return possibleEncodings(tensor).filter(
    (encoding) => !takesTime(chip, placed) || encoding.group === 0 || (group > 0 && encoding.group >= group),
  );
}

/** Whether a tensor is a matrix of codes. */
export function isEncoded({ encoding }: PlacedTensor['tensor']): boolean {
  return encodingSpec(encoding).holds === 'codes';
}
