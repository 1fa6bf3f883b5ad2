/** Axes of charts: where they begin and end, and which values are written beside them. */

export interface Axis {
  readonly min: number;
  readonly max: number;
  /** Values with a line and a word, within the axis, ascending. */
  readonly ticks: readonly number[];
}

/** Steps between ticks that people count in. */
const STEPS = [1, 2, 2.5, 5, 10];

/**
 * An axis for amounts, from zero to a round value.
 * @param most the largest amount; an axis of nothing goes to 1
 */
export function zeroAxis(most: number, count = 4): Axis {
  const step = roundStep((most > 0 ? most : 1) / count);
  const max = Number((step * Math.max(1, Math.ceil((most > 0 ? most : 1) / step - 1e-9))).toPrecision(12));
  return { min: 0, max, ticks: multiples(step, 0, max) };
}

/** An axis around values, with some room at both ends. */
export function rangeAxis(values: readonly number[], unit = 1, count = 4): Axis {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = most > least ? (most - least) * 0.08 : Math.max(Math.abs(most) * 0.1, unit);
  const [min, max] = [least - room, most + room];
  return { min, max, ticks: multiples(roundStep((max - min) / unit / count) * unit, min, max) };
}

/** Values that stand for nothing on a logarithmic axis are drawn at this one. */
export const LEAST_LOG = 1e-9;

/** An axis of orders of magnitude; positions on it are of the values' decimal logarithms. */
export function logAxis(values: readonly number[]): Axis {
  const logs = values.map(logOf);
  const [least, most] = [Math.min(...logs), Math.max(...logs)];
  const room = Math.max(0.12, (most - least) * 0.08);
  const [min, max] = [least - room, most + room];
  const within = (digits: readonly number[]): number[] => {
    const found: number[] = [];
    for (let power = Math.floor(min); power <= Math.ceil(max); power++) {
      for (const digit of digits) {
        const value = digit * 10 ** power;
        if (Math.log10(value) >= min && Math.log10(value) <= max) found.push(value);
      }
    }
    return found;
  };
  // As few as there are words for.
  const choices = [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 4, 5, 7]].map(within);
  return { min, max, ticks: choices.find((ticks) => ticks.length >= 3) ?? choices.at(-1) ?? [] };
}

/** The decimal logarithm that a value is drawn at. */
export function logOf(value: number): number {
  return Math.log10(Math.max(value, LEAST_LOG));
}

/** Place of a value along an axis, 0 at its beginning to 1. */
export function placeOn({ min, max }: Axis, value: number): number {
  return max === min ? 0.5 : (value - min) / (max - min);
}

function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return (STEPS.find((step) => step * power >= least * (1 - 1e-9)) ?? 10) * power;
}

function multiples(step: number, min: number, max: number): number[] {
  const found: number[] = [];
  for (let n = Math.ceil(min / step - 1e-9); n * step <= max * (1 + 1e-9); n++)
    found.push(Number((n * step).toPrecision(12)));
  return found;
}
