/**
 * What a WS2812 makes of the pulses on its pin. Times are those of the WS2812B's data sheet (Worldsemi): a zero is 0.4 µs high and
 * 0.85 µs low, a one 0.8 µs high and 0.45 µs low, each within 0.15 µs.
 */
const TIMES = { zero: { high: 400, low: 850 }, one: { high: 800, low: 450 } } as const;
const TOLERANCE = 150;

/** Bits of a light: green, red, blue, the highest first. */
const BITS = 24;

type Pulse = readonly [high: boolean, nanoseconds: number];

/**
 * The colour that a light shows after so many pulses, as 0xRRGGBB.
 * @returns `null` when it would not understand them
 */
export function lightColour(pulses: readonly Pulse[]): number | null {
  if (pulses.length !== 2 * BITS) return null;
  let bits = 0;
  for (let index = 0; index < pulses.length; index += 2) {
    const bit = bitOf(pulses[index] as Pulse, pulses[index + 1] as Pulse);
    if (bit === null) return null;
    bits = (bits << 1) | bit;
  }
  return (((bits >> 8) & 0xff) << 16) | (((bits >> 16) & 0xff) << 8) | (bits & 0xff);
}

function bitOf([first, high]: Pulse, [second, low]: Pulse): 0 | 1 | null {
  if (!first || second) return null;
  const is = (times: { readonly high: number; readonly low: number }): boolean =>
    Math.abs(high - times.high) <= TOLERANCE && Math.abs(low - times.low) <= TOLERANCE;
  return is(TIMES.one) ? 1 : is(TIMES.zero) ? 0 : null;
}
