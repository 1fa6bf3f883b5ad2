/**
 * From positions to the figures of a report: means with bootstrap errors over the sequences, percentiles, and the worst places.
 * All sums are in 64-bit floats, in the order of the text.
 */
import type { ComparisonReport, Estimate, WorstPosition } from './kernel-types.js';

/**
 * Figures of a position: divergence in nats, whether both models have the same most likely token, and the next token's
 * negative log-likelihoods before and after, `NaN` where it is not known.
 */
export const FIGURES = 4;

interface Position extends WorstPosition {
  readonly sameTop: number;
  /** `null` where the next token is not known. */
  readonly target: { readonly before: number; readonly after: number; readonly shift: number } | null;
}

/** How to report; see `ReportOptions`. */
export interface ReportChoice {
  readonly resamples: number;
  readonly seed: number;
  readonly worst: number;
}

/**
 * @param sequences the pieces of each, of {@link FIGURES} a position; those without positions do not count
 */
export function comparisonReport(
  sequences: readonly (readonly Float64Array[])[],
  { resamples, seed, worst }: ReportChoice,
): ComparisonReport {
  const read = sequences
    .filter((pieces) => pieces.some(({ length }) => length > 0))
    .map((pieces, sequence) => positionsOf(pieces, sequence));
  const positions = read.flat();
  const sums = read.map(sumsOf);
  const values = estimates(sums.reduce(added, NOTHING));
  const errors = bootstrap(sums, resamples, seed);
  const estimate = (of: number): Estimate => ({
    value: values[of] ?? NaN,
    standardError: errors?.[of] ?? null,
  });
  const kl = percentiles(positions.map((position) => position.kl));
  const targets = positions.flatMap(({ target }) => target ?? []);
  const shift = percentiles(targets.map((target) => target.shift));
  return {
    sequences: read.length,
    positions: positions.length,
    targets: targets.length,
    perplexity: { before: estimate(0), after: estimate(1), ratio: estimate(2) },
    kl: {
      mean: estimate(3),
      ...{ median: kl(50), p90: kl(90), p95: kl(95), p99: kl(99), p999: kl(99.9), max: kl(100) },
    },
    top1: estimate(4),
    probabilityShift: {
      ...{ mean: estimate(5), rms: estimate(6) },
      ...{ p1: shift(1), p5: shift(5), median: shift(50), p95: shift(95), p99: shift(99) },
      ...{ min: shift(0), max: shift(100) },
    },
    worst: [...positions]
      .sort((a, b) => b.kl - a.kl)
      .slice(0, worst)
      .map(({ sequence, position, kl }) => ({ sequence, position, kl })),
  };
}

function positionsOf(pieces: readonly Float64Array[], sequence: number): Position[] {
  const positions: Position[] = [];
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += FIGURES) {
      const [kl = NaN, sameTop = NaN, before = NaN, after = NaN] = piece.subarray(at, at + FIGURES);
      const shift = Math.exp(-after) - Math.exp(-before);
      const target = Number.isNaN(before) ? null : { before, after, shift };
      positions.push({ sequence, position: positions.length, kl, sameTop, target });
    }
  }
  return positions;
}

/** Sums over positions: their count, divergence, agreement; then over targets: count, before, after, shift and its square. */
type Sums = readonly number[];

const NOTHING: Sums = Array<number>(8).fill(0);

function added(a: Sums, b: Sums): Sums {
  return a.map((sum, of) => sum + (b[of] ?? NaN));
}

function sumsOf(positions: readonly Position[]): Sums {
  const each = positions.map(({ kl, sameTop, target }): Sums => {
    const { before = 0, after = 0, shift = 0 } = target ?? {};
    return [1, kl, sameTop, target === null ? 0 : 1, before, after, shift, shift * shift];
  });
  return each.reduce(added, NOTHING);
}

/**
 * Perplexity before, after, ratio; mean divergence; agreement; mean and RMS shift. Those over targets are `NaN` where there is
 * none.
 */
function estimates(sums: Sums): number[] {
  const [positions = 0, kl = 0, sameTop = 0, targets = 0, before = 0, after = 0, shift = 0, squares = 0] =
    sums;
  return [
    Math.exp(before / targets),
    Math.exp(after / targets),
    Math.exp((after - before) / targets),
    kl / positions,
    sameTop / positions,
    shift / targets,
    Math.sqrt(squares / targets),
  ];
}

/** Standard deviation of each estimate over resamples of the sequences, drawn with replacement; `null` where there is nothing to draw. */
function bootstrap(sequences: readonly Sums[], resamples: number, seed: number): number[] | null {
  const count = sequences.length;
  if (count < 2 || resamples < 2) return null;
  const below = randomBelow(seed);
  const samples = Array.from({ length: resamples }, () => {
    let sums = NOTHING;
    for (let drawn = 0; drawn < count; drawn += 1) sums = added(sums, sequences[below(count)] ?? NOTHING);
    return estimates(sums);
  });
  return estimates(NOTHING).map((_, of) => {
    const drawn = samples.map((sample) => sample[of] ?? NaN);
    const mean = drawn.reduce((sum, value) => sum + value, 0) / resamples;
    const squares = drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return Math.sqrt(squares / (resamples - 1));
  });
}

/** Numbers below a limit from a stream of SplitMix64 (Steele, Lea and Flood, 2014), by the high half of a product. */
function randomBelow(seed: number): (limit: number) => number {
  let state = BigInt(seed);
  const bits = (value: bigint): bigint => BigInt.asUintN(64, value);
  return (limit) => {
    state = bits(state + 0x9e3779b97f4a7c15n);
    let mixed = bits((state ^ (state >> 30n)) * 0xbf58476d1ce4e5b9n);
    mixed = bits((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn);
    return Number(((mixed ^ (mixed >> 31n)) * BigInt(limit)) >> 64n);
  };
}

/** The value that so many percent do not exceed, between the closest ranks by their distance; `NaN` of nothing. */
function percentiles(values: readonly number[]): (percent: number) => number {
  const ascending = Float64Array.from(values).sort();
  return (percent) => {
    const rank = (percent / 100) * (ascending.length - 1);
    const low = Math.floor(rank);
    const below = ascending[low] ?? NaN;
    const above = ascending[Math.min(low + 1, ascending.length - 1)] ?? NaN;
    return below + (above - below) * (rank - low);
  };
}
