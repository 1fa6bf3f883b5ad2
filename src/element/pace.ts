/** How a pace is told: nobody knows what "0.049 of a board's" is. */

/**
 * How many times as slow or as fast as the chip something runs, rounded as it is told; 1 where nobody would notice a difference.
 * @param rate of its time to the chip's; below 1 it is slower
 * @returns `null` while nothing is known
 */
export function paceTimes(rate: number): number | null {
  if (!(rate > 0)) return null;
  return Math.round(rate < 1 ? 1 / rate : rate);
}
