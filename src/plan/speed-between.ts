/** Speeds between those that a plan states. Whoever shows them needs none of what they were predicted from. */
import type { SpeedAt, SpeedFigures } from './speed-figures.js';

/** The places of {@link SpeedFigures}, in the order in which a context fills. */
export const SPEED_PLACES = ['start', 'half', 'full'] as const satisfies readonly (keyof SpeedFigures)[];

/** The speeds between those of a plan: the time of a token grows evenly with what it reads of the context. */
export function speedBetween({ start, half, full }: SpeedFigures, position: number): SpeedAt {
  const [low, high] = position <= half.position ? [start, half] : [half, full];
  const room = high.position - low.position;
  const share = room === 0 ? 0 : Math.min(1, (position - low.position) / room);
  const between = (from: number, to: number): number =>
    from > 0 && to > 0 ? 1 / (1 / from + share * (1 / to - 1 / from)) : 0;
  return {
    position,
    bound: between(low.bound, high.bound),
    expected: between(low.expected, high.expected),
  };
}
